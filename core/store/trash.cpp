#include "core/store/trash.h"

#include <string>
#include <system_error>

#include "core/base/limits.h"
#include "core/store/damage.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr int kFilesAStep = 64;

// True when it is gone, or cannot be.
bool removeSome(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(fs::symlink_status(path, error))) {
    int removed = 0;
    for (fs::directory_iterator at(path, error); !error && at != fs::directory_iterator(); at.increment(error)) {
      if (removed++ == kFilesAStep) return false;
      std::error_code ignored;
      fs::remove(at->path(), ignored);
    }
  } else if (const auto bytes = fs::file_size(path, error); !error && bytes > limits::kTrashBytesAStep) {
    // Removing a file of many gigabytes at once can hold a disk up for a second.
    fs::resize_file(path, bytes - limits::kTrashBytesAStep, error);
    return error.value() != 0;
  }
  fs::remove(path, error);
  return true;
}

}  // namespace

Trash::Trash(const fs::path& dataDir) {
  std::error_code error;
  for (fs::directory_iterator at(dataDir, error); !error && at != fs::directory_iterator(); at.increment(error)) {
    const auto name = at->path().filename().u8string();
    if (std::string(name.begin(), name.end()).starts_with(kClearedPrefix)) left_.push_back(at->path());
  }
}

void Trash::step() {
  if (!left_.empty() && removeSome(left_.back())) left_.pop_back();
}

}  // namespace sluice::store
