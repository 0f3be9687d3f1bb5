#include "platform/data_dir.h"

#include <fcntl.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

constexpr mode_t kOwnerOnly = 0700;
constexpr mode_t kAnybodyElse = 0077;

// A variable that holds an absolute path; the XDG base directory specification has relative ones ignored.
path absoluteFromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || value[0] != '/') return {};
  return value;
}

path homeDirectory() {
  if (auto home = absoluteFromEnvironment("HOME"); !home.empty()) return home;
  std::array<char, 4096> text;
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, text.data(), text.size(), &found) != 0 || found == nullptr) return {};
  return entry.pw_dir;
}

// Makes `directory` and what is missing above it, each for the owner alone. One that exists is left as it is.
Result<void> makeDirectories(const path& directory) {
  if (mkdir(directory.c_str(), kOwnerOnly) == 0 || errno == EEXIST) return {};
  const int why = errno;
  const auto parent = directory.parent_path();
  if (why != ENOENT || parent.empty() || parent == directory) {
    return systemFailure(why, "cannot make the directory " + directory.string());
  }
  if (auto made = makeDirectories(parent); !made) return made;
  if (mkdir(directory.c_str(), kOwnerOnly) == 0 || errno == EEXIST) return {};
  return systemFailure(errno, "cannot make the directory " + directory.string());
}

Result<void> checkOwner(const struct stat& status, const path& directory) {
  if (status.st_uid == geteuid()) return {};
  return fail(Side::Local, Code::AccessDenied,
              "the directory " + directory.string() + " belongs to another user (uid " + std::to_string(status.st_uid) +
                  "); choose another one");
}

Result<void> narrow(const OwnedHandle& handle, const struct stat& status, const path& directory) {
  if ((status.st_mode & kAnybodyElse) == 0) return {};
  if (fchmod(descriptor(handle), status.st_mode & kOwnerOnly) == 0) return {};
  return systemFailure(errno, "cannot make the directory " + directory.string() + " private");
}

}  // namespace

Result<path> defaultDataDir() {
  if (auto data = absoluteFromEnvironment("XDG_DATA_HOME"); !data.empty()) return data / "sluice";
  if (auto home = homeDirectory(); !home.empty()) return home / ".local" / "share" / "sluice";
  return fail(Side::Local, Code::NotFound, "this user has no home directory; say where the data goes with --data-dir");
}

Result<void> ensurePrivateDirectory(const path& directory) {
  if (auto made = makeDirectories(directory); !made) return made;
  // Everything else is asked of the open directory, so that it cannot be exchanged in between.
  const OwnedHandle handle(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!handle) return systemFailure(errno, "cannot open the directory " + directory.string());
  struct stat status {};
  if (fstat(descriptor(handle), &status) != 0) return systemFailure(errno, directory.string());
  if (auto owned = checkOwner(status, directory); !owned) return owned;
  if (auto narrowed = narrow(handle, status, directory); !narrowed) return narrowed;
  if (faccessat(descriptor(handle), ".", W_OK | X_OK, 0) != 0) {
    return systemFailure(errno, "the directory " + directory.string() + " is not writable");
  }
  return {};
}

}  // namespace sluice::platform
