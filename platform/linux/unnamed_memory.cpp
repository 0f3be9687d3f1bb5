#include "platform/posix/unnamed_memory.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {

Result<OwnedHandle> makeUnnamedMemory(std::size_t bytes) {
  OwnedHandle memory(::memfd_create("sluice", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return systemFailure(errno, "cannot make shared memory");
  if (::ftruncate(descriptor(memory), static_cast<off_t>(bytes)) != 0 ||
      ::fcntl(descriptor(memory), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return systemFailure(errno, "cannot make " + std::to_string(bytes) + " bytes of shared memory");
  }
  return memory;
}

Result<void> checkUnnamedMemory(Handle memory, std::size_t bytes) {
  struct stat about {};
  if (::fstat(descriptor(memory), &about) != 0) return systemFailure(errno, "shared memory that was received");
  if (about.st_size != static_cast<off_t>(bytes)) {
    return fail(Side::Local, Code::ProtocolFault,
                "shared memory of " + std::to_string(about.st_size) + " bytes came instead of " + std::to_string(bytes));
  }
  // Without this seal the other process could cut the memory short, and reading it would end this one (SIGBUS).
  const int seals = ::fcntl(descriptor(memory), F_GET_SEALS);
  if (seals >= 0 && (seals & F_SEAL_SHRINK) != 0) return {};
  return fail(Side::Local, Code::ProtocolFault, "shared memory that could be cut short came");
}

}  // namespace sluice::platform
