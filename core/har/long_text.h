// A text of any length that comes in pieces and can be read again: what goes beyond kHeldBytesMax lies in a file that has no name and is
// gone with it, also when the process is killed. Blocking; any thread, one at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::har {

class LongText {
 public:
  static constexpr std::size_t kHeldBytesMax = 256 * limits::kKiB;
  using Take = std::function<Result<void>(std::string_view piece)>;

  // `folder` must exist when the text grows long.
  explicit LongText(std::filesystem::path folder) : folder_(std::move(folder)) {}

  // Errors: those of the file. What was added before stays.
  Result<void> add(std::string_view piece);
  std::uint64_t bytes() const { return fileBytes_ + held_.size(); }

  // The whole, in pieces of kHeldBytesMax at most. Errors: those of the file and of `take`.
  Result<void> each(const Take& take) const;

 private:
  Result<void> writeOut();

  std::filesystem::path folder_;
  platform::OwnedHandle file_;
  std::uint64_t fileBytes_ = 0;
  std::string held_;  // behind those in the file
};

}  // namespace sluice::har
