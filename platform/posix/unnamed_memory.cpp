#include "platform/posix/unnamed_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <string>

#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

// Short: macOS takes 31 characters. Unused by anybody else: the process's number is in it.
std::string nextName() {
  static std::atomic<unsigned> count{0};
  return "/sluice." + std::to_string(::getpid()) + "." + std::to_string(count.fetch_add(1));
}

}  // namespace

Result<OwnedHandle> makeUnnamedMemory(std::size_t bytes) {
  const auto name = nextName();
  OwnedHandle memory(::shm_open(name.c_str(), O_RDWR | O_CREAT | O_EXCL, 0600));
  if (!memory) return systemFailure(errno, "cannot make shared memory");
  ::shm_unlink(name.c_str());
  ::fcntl(descriptor(memory), F_SETFD, FD_CLOEXEC);
  if (::ftruncate(descriptor(memory), static_cast<off_t>(bytes)) != 0) {
    return systemFailure(errno, "cannot make " + std::to_string(bytes) + " bytes of shared memory");
  }
  return memory;
}

// macOS rounds the size up to whole pages; ours are whole pages.
Result<void> checkUnnamedMemory(Handle memory, std::size_t bytes) {
  struct stat about {};
  if (::fstat(descriptor(memory), &about) != 0) return systemFailure(errno, "shared memory that was received");
  if (about.st_size == static_cast<off_t>(bytes)) return {};
  return fail(Side::Local, Code::ProtocolFault,
              "shared memory of " + std::to_string(about.st_size) + " bytes came instead of " + std::to_string(bytes));
}

}  // namespace sluice::platform
