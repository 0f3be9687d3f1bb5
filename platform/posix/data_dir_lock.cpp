#include "platform/data_dir_lock.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <limits>
#include <string_view>

#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

// The lock file: lines of key=value, written front to back, so that a reader who comes in the middle of a write sees
// fewer lines and never wrong ones. The control address is the last value and reaches to the end of the file.
namespace sluice::platform {
namespace {

using std::filesystem::path;

constexpr std::string_view kPid = "pid=";
constexpr std::string_view kStarted = "started=";  // seconds since 1970-01-01 UTC
constexpr std::string_view kControl = "control=";

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
  std::array<char, 8192> text;  // more than the three lines ever take
  const auto count = pread(descriptor(file), text.data(), text.size(), 0);
  return count > 0 ? std::string(text.data(), static_cast<std::size_t>(count)) : std::string();
}

// Takes "key=value\n" off the front of `text`; nothing when that line is not there or not whole.
std::optional<std::string_view> takeLine(std::string_view& text, std::string_view key) {
  const auto end = text.find('\n');
  if (end == std::string_view::npos || text.substr(0, key.size()) != key) return std::nullopt;
  const auto value = text.substr(key.size(), end - key.size());
  text.remove_prefix(end + 1);
  return value;
}

std::optional<std::int64_t> takeNumber(std::string_view& text, std::string_view key) {
  const auto line = takeLine(text, key);
  if (!line) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(line->data(), line->data() + line->size(), number);
  if (error != std::errc() || end != line->data() + line->size() || number < 0) return std::nullopt;
  return number;
}

std::optional<EngineOwner> parse(std::string_view text) {
  constexpr std::int64_t kSecondsMax = 253'402'300'800;  // the year 10000: a sum in microseconds still fits
  const auto pid = takeNumber(text, kPid);
  const auto started = takeNumber(text, kStarted);
  constexpr std::int64_t kPidMax = std::numeric_limits<pid_t>::max();
  if (!pid || *pid == 0 || *pid > kPidMax || !started || *started > kSecondsMax) return std::nullopt;
  EngineOwner owner{*pid, WallTime(std::chrono::seconds(*started)), {}};
  if (text.substr(0, kControl.size()) == kControl && text.back() == '\n') {
    owner.controlAddress = text.substr(kControl.size(), text.size() - kControl.size() - 1);
  }
  return owner;
}

tl::unexpected<Error> inUse(const OwnedHandle& file, const path& dataDir) {
  const auto owner = parse(readStart(file));
  // The lines may still be those of an engine before this one, whose successor has not written its own yet.
  const bool known = owner && mayBeRunning(*owner);
  const auto process = known ? "engine process " + std::to_string(owner->pid) : std::string("another engine process");
  return fail(Side::Local, Code::DataDirInUse, "data directory " + dataDir.string() + " is used by " + process);
}

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
      if (errno == EWOULDBLOCK) return inUse(file, dataDir);
      return systemFailure(errno, "cannot lock " + name.string());
    }
    if (!stillThere(file, name)) continue;
    if (ftruncate(descriptor(file), 0) != 0) return systemFailure(errno, "cannot write " + name.string());
    const auto started = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
    const auto lines = std::string(kPid) + std::to_string(getpid()) + '\n' + std::string(kStarted) + std::to_string(started) + '\n';
    if (auto written = writeAll(file, lines, name); !written) return fail(written.error());
    return DataDirLock(std::move(file), name);
  }
}

Result<void> DataDirLock::publish(const std::string& controlAddress) {
  return writeAll(file_, std::string(kControl) + controlAddress + '\n', path_);
}

DataDirLock::~DataDirLock() {
  if (file_ && ftruncate(descriptor(file_), 0) != 0) return;  // left with our lines: clients then find nobody there
}

bool mayBeRunning(const EngineOwner& owner) {
  return owner.pid > 0 && kill(static_cast<pid_t>(owner.pid), 0) == 0;
}

std::optional<EngineOwner> engineOwner(const path& dataDir) {
  const OwnedHandle file(open(lockPath(dataDir).c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  return parse(readStart(file));
}

}  // namespace sluice::platform
