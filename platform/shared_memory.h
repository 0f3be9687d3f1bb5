// Memory that two processes see: made without a name by one, mapped by the other from the handle it was sent. Any
// thread; one object lives on one thread at a time.
//
// What lies in it can change at any moment, also while it is read: whoever reads copies, checks, and uses the copy.
#pragma once

#include <cstddef>
#include <utility>

#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

class SharedMemory {
 public:
  // ENSURES: zeros, `bytes` long, closed on exec; where the system has seals, it can never change its size.
  static Result<SharedMemory> create(std::size_t bytes);

  // Maps what another process made. Code::ProtocolFault when it is not exactly `bytes` long or, where the system has
  // seals, could still be cut short (which would kill whoever reads it).
  static Result<SharedMemory> map(OwnedHandle memory, std::size_t bytes);

  SharedMemory() = default;
  SharedMemory(SharedMemory&& other) noexcept
      : handle_(std::move(other.handle_)),
        data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)) {}
  SharedMemory& operator=(SharedMemory&& other) noexcept {
    std::swap(handle_, other.handle_);
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
    return *this;
  }
  ~SharedMemory();

  std::byte* data() const { return data_; }
  std::size_t size() const { return size_; }
  // To send to the other process.
  Handle handle() const { return handle_.get(); }

 private:
  static Result<SharedMemory> mapped(OwnedHandle memory, std::size_t bytes);

  OwnedHandle handle_;
  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace sluice::platform
