#include "platform/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

using std::filesystem::path;

constexpr mode_t kOwnerOnly = 0600;
constexpr std::size_t kPiecesMax = 64;  // POSIX promises only 16; every system of today takes 1024

// Not every POSIX system has the flags; 0 changes nothing.
#ifdef O_DIRECT
constexpr int kDirect = O_DIRECT;
#else
constexpr int kDirect = 0;
#endif
#ifdef O_TMPFILE
constexpr int kTemporary = O_TMPFILE;
#else
constexpr int kTemporary = 0;
#endif

// For file systems without nameless files: made with a random name, which is taken away at once.
Result<OwnedHandle> openAndUnlink(const path& directory) {
  std::string name = (directory / ".sluice-XXXXXX").string();
  OwnedHandle file(mkostemp(name.data(), O_CLOEXEC));
  if (!file) return systemFailure(errno, "cannot make a temporary file in " + directory.string());
  if (unlink(name.c_str()) != 0) return systemFailure(errno, "cannot unlink the temporary file " + name);
  return file;
}

// Drops the first `count` bytes of the pieces from the front of `vectors`.
void consume(std::span<iovec>& vectors, std::size_t count) {
  while (!vectors.empty() && count >= vectors.front().iov_len) {
    count -= vectors.front().iov_len;
    vectors = vectors.subspan(1);
  }
  if (vectors.empty()) return;
  vectors.front().iov_base = static_cast<char*>(vectors.front().iov_base) + count;
  vectors.front().iov_len -= count;
}

Result<void> writeVectors(int file, std::span<iovec> vectors, std::uint64_t& offset, std::string_view name) {
  while (!vectors.empty()) {
    const ssize_t count = pwritev(file, vectors.data(), static_cast<int>(vectors.size()), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemFailure(errno, "cannot write to " + std::string(name));
    if (count == 0) return systemFailure(EIO, "cannot write to " + std::string(name));
    offset += static_cast<std::uint64_t>(count);
    consume(vectors, static_cast<std::size_t>(count));
  }
  return {};
}

}  // namespace

Result<OpenedFile> openForReading(const path& path, Caching caching) {
  const int flags = O_RDONLY | O_CLOEXEC;
  OpenedFile opened;
  if (caching == Caching::Direct && kDirect != 0) {
    opened.handle = OwnedHandle(open(path.c_str(), flags | kDirect));
    if (opened.handle) {
      opened.caching = Caching::Direct;
      return opened;
    }
    if (errno != EINVAL) return systemFailure(errno, "cannot open " + path.string());
  }
  opened.handle = OwnedHandle(open(path.c_str(), flags));
  if (!opened.handle) return systemFailure(errno, "cannot open " + path.string());
  return opened;
}

Result<OwnedHandle> openTemporary(const path& directory) {
  if (kTemporary == 0) return openAndUnlink(directory);
  OwnedHandle file(open(directory.c_str(), kTemporary | O_RDWR | O_CLOEXEC, kOwnerOnly));
  if (file) return file;
  // EISDIR: a kernel that does not know the flag; EOPNOTSUPP: a file system that does not.
  if (errno == EISDIR || errno == EOPNOTSUPP) return openAndUnlink(directory);
  return systemFailure(errno, "cannot make a temporary file in " + directory.string());
}

Result<OwnedHandle> openNew(const path& path) {
  OwnedHandle file(open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly));
  if (!file) return systemFailure(errno, "cannot make " + path.string());
  return file;
}

Result<void> setSize(const path& path, std::uint64_t bytes) {
  if (::truncate(path.c_str(), static_cast<off_t>(bytes)) != 0) return systemFailure(errno, "cannot change the size of " + path.string());
  return {};
}

Result<void> writeAt(Handle file, std::span<const Bytes> pieces, std::uint64_t offset, std::string_view name) {
  std::array<iovec, kPiecesMax> vectors;
  while (!pieces.empty()) {
    const auto batch = pieces.first(std::min(pieces.size(), vectors.size()));
    std::transform(batch.begin(), batch.end(), vectors.begin(), [](Bytes piece) {
      return iovec{const_cast<std::byte*>(piece.data()), piece.size()};
    });
    std::span<iovec> rest = std::span(vectors).first(batch.size());
    consume(rest, 0);  // empty pieces at the front would look like a write of nothing
    if (auto written = writeVectors(descriptor(file), rest, offset, name); !written) return written;
    pieces = pieces.subspan(batch.size());
  }
  return {};
}

Result<std::size_t> readAt(Handle file, MutableBytes into, std::uint64_t offset, std::string_view name) {
  std::size_t total = 0;
  while (total < into.size()) {
    const auto rest = into.subspan(total);
    const ssize_t count = pread(descriptor(file), rest.data(), rest.size(), static_cast<off_t>(offset + total));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return systemFailure(errno, "cannot read " + std::string(name));
    if (count == 0) break;
    total += static_cast<std::size_t>(count);
  }
  return total;
}

Result<void> setCaching(Handle file, Caching caching, std::string_view name) {
  const int flags = fcntl(descriptor(file), F_GETFL);
  if (flags == -1) return systemFailure(errno, "cannot read the mode of " + std::string(name));
  const int wanted = caching == Caching::Direct ? flags | kDirect : flags & ~kDirect;
  if (wanted == flags || fcntl(descriptor(file), F_SETFL, wanted) == 0) return {};
  return systemFailure(errno, "cannot change direct I/O of " + std::string(name));
}

}  // namespace sluice::platform
