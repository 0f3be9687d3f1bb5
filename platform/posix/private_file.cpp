#include "platform/private_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/limits.h"
#include "platform/file.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

constexpr mode_t kOwnerOnly = 0600;
constexpr mode_t kAnybodyElse = 0077;
constexpr std::size_t kPrivateFileBytesMax = limits::kMiB;

}  // namespace

Result<void> writePrivateFile(const std::filesystem::path& path, std::string_view bytes) {
  const auto fresh = path.string() + ".new";
  unlink(fresh.c_str());  // of a run that was cut off
  const OwnedHandle handle(open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kOwnerOnly));
  if (!handle) return systemFailure(errno, "cannot make " + fresh);
  const Bytes piece = asBytes(bytes);
  if (auto written = writeAt(handle.get(), {&piece, 1}, 0, fresh); !written) return written;
  if (fsync(descriptor(handle)) != 0) return systemFailure(errno, "cannot write " + fresh);
  if (rename(fresh.c_str(), path.c_str()) != 0) return systemFailure(errno, "cannot make " + path.string());
  return {};
}

Result<std::string> readPrivateFile(const std::filesystem::path& path) {
  const OwnedHandle handle(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!handle) return systemFailure(errno, "cannot open " + path.string());
  struct stat status {};
  if (fstat(descriptor(handle), &status) != 0) return systemFailure(errno, path.string());
  if (status.st_uid != geteuid()) {
    return fail(Side::Local, Code::AccessDenied, path.string() + " belongs to another user (uid " + std::to_string(status.st_uid) + ")");
  }
  if ((status.st_mode & kAnybodyElse) != 0 && fchmod(descriptor(handle), status.st_mode & kOwnerOnly) != 0) {
    return systemFailure(errno, "cannot make " + path.string() + " private");
  }
  if (status.st_size > static_cast<off_t>(kPrivateFileBytesMax)) {
    return fail(Side::Local, Code::BadArgument, path.string() + " is larger than any file of its kind");
  }
  std::string bytes(static_cast<std::size_t>(status.st_size), '\0');
  auto count = readAt(handle.get(), std::as_writable_bytes(std::span(bytes)), 0, path.string());
  if (!count) return fail(std::move(count.error()));
  bytes.resize(*count);
  return bytes;
}

}  // namespace sluice::platform
