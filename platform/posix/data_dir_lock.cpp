#include "platform/data_dir_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <string_view>
#include <tuple>

#include "platform/engine_owner.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

path lockPath(const path& dataDir) { return dataDir / "engine.lock"; }

Result<void> writeAll(const OwnedHandle& file, std::string_view text, const path& name) {
  while (!text.empty()) {
    const auto written = write(descriptor(file), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return systemFailure(errno, "cannot write " + name.string());
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

std::string readStart(const OwnedHandle& file) {
  std::array<char, kOwnerLinesBytesMax> text;
  const auto count = pread(descriptor(file), text.data(), text.size(), 0);
  return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : std::string();
}

// One byte says nothing, and keeps the block of the file: the next engine starts on a disk that is full by then.
bool empty(const OwnedHandle& file) { return ftruncate(descriptor(file), 1) == 0; }

// False when the file that was opened and locked is no longer the one that others find under this name.
bool stillThere(const OwnedHandle& file, const path& name) {
  struct stat opened {};
  struct stat named {};
  return fstat(descriptor(file), &opened) == 0 && stat(name.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

Result<DataDirLock> DataDirLock::acquire(const path& dataDir, WallTime now) {
  const auto name = lockPath(dataDir);
  for (;;) {
    OwnedHandle file(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (!file) return systemFailure(errno, "cannot open the lock file " + name.string());
    // flock and not fcntl: an fcntl lock goes when *any* descriptor of the file is closed in this process.
    if (flock(descriptor(file), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EINTR) continue;
      if (errno == EWOULDBLOCK) return dataDirInUse(readStart(file), dataDir);
      return systemFailure(errno, "cannot lock " + name.string());
    }
    if (!stillThere(file, name)) continue;
    if (!empty(file)) return systemFailure(errno, "cannot write " + name.string());
    if (auto written = writeAll(file, ownerLines(getpid(), now), name); !written) return fail(written.error());
    return DataDirLock(std::move(file), name);
  }
}

Result<void> DataDirLock::publish(const std::string& controlAddress) {
  return writeAll(file_, controlLine(controlAddress), path_);
}

DataDirLock::~DataDirLock() {
  if (file_) std::ignore = empty(file_);  // where it fails our lines are left: clients then find nobody there
}

bool mayBeRunning(const EngineOwner& owner) {
  return owner.pid > 0 && kill(static_cast<pid_t>(owner.pid), 0) == 0;
}

std::optional<EngineOwner> engineOwner(const path& dataDir) {
  const OwnedHandle file(open(lockPath(dataDir).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  return parseOwner(readStart(file));
}

}  // namespace sluice::platform
