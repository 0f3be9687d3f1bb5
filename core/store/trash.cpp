#include "core/store/trash.h"

#include <algorithm>
#include <string>
#include <system_error>
#include <utility>

#include "core/base/limits.h"
#include "core/store/file_names.h"
#include "platform/file.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

void makeEmpty(const fs::path& file) { (void)platform::setSize(file, 0); }

// Removing a file of many gigabytes at once can hold a disk up for a second. True: it has become smaller.
bool shrunk(const fs::path& file) {
  std::error_code error;
  const auto bytes = fs::file_size(file, error);
  if (error || bytes <= limits::kTrashBytesAStep) return false;
  return platform::setSize(file, bytes - limits::kTrashBytesAStep).has_value();
}

bool removed(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  return !error;
}

}  // namespace

Trash::Trash(fs::path dataDir) : dataDir_(std::move(dataDir)) { note(); }

void Trash::note() {
  const auto found = clearedFiles(dataDir_);
  left_.assign(found.begin(), found.end());
  keeps_ = false;
  due_ = left_.empty() ? Clock::time_point::max() : Clock::time_point{};
}

void Trash::step(Clock::time_point now) {
  if (left_.empty()) note();
  if (left_.empty()) return;
  const ClearedFile& next = left_.front();
  if (shrunk(next.file)) return;
  // Whoever has an older history open must find the next beside it.
  const bool mustStay = next.isHistory && keeps_;
  if (mustStay || !removed(next.file)) {
    makeEmpty(next.file);
    keeps_ = true;
  }
  left_.pop_front();
  if (left_.empty()) due_ = keeps_ ? now + kTryAgainAfter : Clock::time_point::max();
}

Result<void> emptyTrash(const fs::path& dataDir) {
  Trash trash(dataDir);
  while (trash.due() == Trash::Clock::time_point{}) trash.step({});
  const auto left = clearedFiles(dataDir);
  const auto at = std::find_if(left.begin(), left.end(), [](const ClearedFile& each) { return each.isHistory; });
  if (at == left.end()) return {};
  return fail(Side::Local, Code::DatabaseBusy, utf8(at->file) + ": was cleared, but somebody has it open");
}

}  // namespace sluice::store
