#include "platform/shared_memory.h"

#include <string>

#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {

// The system keeps the size of a section in whole pages.
std::size_t wholePages(std::size_t bytes) {
  SYSTEM_INFO system{};
  GetSystemInfo(&system);
  const std::size_t page = system.dwPageSize;
  return (bytes + page - 1) / page * page;
}

std::string described(std::size_t bytes) { return "cannot map " + std::to_string(bytes) + " bytes of shared memory"; }

}  // namespace

// A section of the page file: it begins as zeros and its size never changes.
Result<SharedMemory> SharedMemory::create(std::size_t bytes) {
  const auto high = static_cast<DWORD>(std::uint64_t{bytes} >> 32);
  OwnedHandle memory = owned(CreateFileMappingW(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, high, static_cast<DWORD>(bytes), nullptr));
  if (!memory) return systemFailure(GetLastError(), described(bytes));
  return mapped(std::move(memory), bytes);
}

Result<SharedMemory> SharedMemory::map(OwnedHandle memory, std::size_t bytes) {
  // All of it is mapped, and what that came to is its size. A section may also be mere room, where whoever touches it crashes, or an
  // image of a program, which everybody writes for himself.
  void* const whole = MapViewOfFile(systemHandle(memory), FILE_MAP_ALL_ACCESS, 0, 0, 0);
  MEMORY_BASIC_INFORMATION region{};
  const bool known = whole != nullptr && VirtualQuery(whole, &region, sizeof region) != 0;
  if (whole != nullptr) UnmapViewOfFile(whole);
  const bool usable = known && region.State == MEM_COMMIT && region.Type == MEM_MAPPED && region.Protect == PAGE_READWRITE;
  if (!usable || region.RegionSize != wholePages(bytes)) {
    return fail(Side::Local, Code::ProtocolFault, "what was sent is no shared memory of " + std::to_string(bytes) + " bytes");
  }
  return mapped(std::move(memory), bytes);
}

Result<SharedMemory> SharedMemory::mapped(OwnedHandle memory, std::size_t bytes) {
  void* const data = MapViewOfFile(systemHandle(memory), FILE_MAP_ALL_ACCESS, 0, 0, bytes);
  if (data == nullptr) return systemFailure(GetLastError(), described(bytes));
  SharedMemory shared;
  shared.handle_ = std::move(memory);
  shared.data_ = static_cast<std::byte*>(data);
  shared.size_ = bytes;
  return shared;
}

SharedMemory::~SharedMemory() {
  if (data_ != nullptr) UnmapViewOfFile(data_);
}

}  // namespace sluice::platform
