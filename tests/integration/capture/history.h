// The history of an engine under test, read as the app reads it, with the patience that "a moment after" asks for. Test
// thread.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/store/reader.h"
#include "core/store/rows.h"

namespace sluice::test {

class History {
 public:
  explicit History(std::filesystem::path dataDir) : dataDir_(std::move(dataDir)) {}

  using Wanted = std::function<bool(const store::ExchangeRow&)>;

  // The first exchange whose URL ends with `urlEnd` and that is wanted, as soon as there is one; nothing at the
  // deadline.
  std::optional<store::ExchangeDetails> find(const std::string& urlEnd, const Wanted& wanted);
  // One that has ended.
  std::optional<store::ExchangeDetails> ended(const std::string& urlEnd);
  // One that runs.
  std::optional<store::ExchangeDetails> running(const std::string& urlEnd);

  std::vector<store::ExchangeRow> rows();
  std::string body(ExchangeId id, capture::Direction direction);

  std::string failure;  // why the last call gave nothing

 private:
  std::filesystem::path dataDir_;
};

}  // namespace sluice::test
