// A resource of the operating system, and its one owner. Any thread; one owner lives on one thread.
#pragma once

#include <cstdint>
#include <utility>

namespace sluice::platform {

// A file descriptor on POSIX, a HANDLE on Windows.
using Handle = std::intptr_t;
inline constexpr Handle kNoHandle = -1;

class OwnedHandle {
 public:
  OwnedHandle() = default;
  explicit OwnedHandle(Handle handle) : handle_(handle) {}
  OwnedHandle(OwnedHandle&& other) noexcept : handle_(other.release()) {}
  OwnedHandle& operator=(OwnedHandle&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~OwnedHandle();

  Handle get() const { return handle_; }
  explicit operator bool() const { return handle_ != kNoHandle; }
  // Gives the resource away; the caller closes it.
  Handle release() { return std::exchange(handle_, kNoHandle); }

 private:
  Handle handle_ = kNoHandle;
};

}  // namespace sluice::platform
