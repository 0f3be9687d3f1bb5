#include "platform/shared_memory.h"

#include <sys/mman.h>

#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"
#include "platform/posix/unnamed_memory.h"

namespace sluice::platform {

Result<SharedMemory> SharedMemory::create(std::size_t bytes) {
  auto memory = makeUnnamedMemory(bytes);
  if (!memory) return fail(std::move(memory.error()));
  return mapped(std::move(*memory), bytes);
}

Result<SharedMemory> SharedMemory::map(OwnedHandle memory, std::size_t bytes) {
  if (auto good = checkUnnamedMemory(memory.get(), bytes); !good) return fail(std::move(good.error()));
  return mapped(std::move(memory), bytes);
}

Result<SharedMemory> SharedMemory::mapped(OwnedHandle memory, std::size_t bytes) {
  void* data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor(memory), 0);
  if (data == MAP_FAILED) return systemFailure(errno, "cannot map " + std::to_string(bytes) + " bytes of shared memory");
  SharedMemory shared;
  shared.handle_ = std::move(memory);
  shared.data_ = static_cast<std::byte*>(data);
  shared.size_ = bytes;
  return shared;
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

}  // namespace sluice::platform
