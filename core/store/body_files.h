// Bodies too large for the database, as files DATA_DIR/bodies/<exchange>.request and .response, readable by their
// owner only. The recorder's thread writes; readers on any thread only open.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/capture/records.h"

namespace sluice::store {

// Where a stored body lies. Stored by number: append only.
enum class BodyPlace : std::uint8_t { None = 0, Inline = 1, File = 2 };

struct BodyKey {
  ExchangeId exchange;
  capture::Direction direction = capture::Direction::Response;

  friend bool operator==(const BodyKey&, const BodyKey&) = default;
};

// A body as the rows of its exchange tell of it.
struct StoredBody {
  BodyKey key;
  BodyPlace place = BodyPlace::None;
  std::uint64_t bytes = 0;
  std::string besideHeads;  // what of it lies there: its beginning
};

std::filesystem::path bodyFolder(const std::filesystem::path& dataDir);
std::filesystem::path bodyFile(const std::filesystem::path& dataDir, BodyKey key);
// Nothing when the name is not one of ours.
std::optional<BodyKey> bodyKey(const std::filesystem::path& file);

// Makes the folder; it may exist.
Result<void> makeBodyFolder(const std::filesystem::path& dataDir);

// Puts `bytes` at `offset`; 0 begins the file anew. Doing it again after a failure is safe.
// Errors: NoSpace, AccessDenied, System; the detail names the file.
Result<void> writeBody(const std::filesystem::path& file, std::uint64_t offset, std::string_view bytes);

// Gives the room back that the file takes beyond its first `bytes`; 0 removes it. It need not exist.
void cutBody(const std::filesystem::path& file, std::uint64_t bytes);

}  // namespace sluice::store
