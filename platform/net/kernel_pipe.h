// A buffer inside the kernel through which bytes go from one connection to another without being copied through this process.
// Linux has it; on other systems open() gives null, and whoever wanted one moves the bytes himself. Loop thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/base/bytes.h"
#include "platform/handle.h"

namespace sluice::net {

inline constexpr std::size_t kKernelPipeBytes = 256 * 1024;  // as much as a pipe of blocks holds
// Taken at once. Linux lets a user who is not root fill 64 MiB of pipes, and gives the pipes beyond a single page.
inline constexpr std::size_t kKernelPipesMax = 128;
inline constexpr std::size_t kKernelPipesKept = 4;  // unused ones, for the next takers; each is two descriptors

bool hasKernelPipes();

class KernelPipe {
 public:
  // Null: this system has none, or no more of them.
  static std::unique_ptr<KernelPipe> open();
  KernelPipe(KernelPipe&&) = delete;

  std::size_t held() const { return held_; }
  // Takes what a socket has received. `side` names its peer in errors; Side::Local: the socket is as it was, and cannot be
  // read in this way. REQUIRES: a non-blocking socket; held() == 0, or else nobody could tell a full pipe from a dry socket.
  IoResult fill(std::intptr_t socket, Side side);
  // Hands on what it holds, or some of it. REQUIRES: a non-blocking socket; held() > 0; broken pipes raise no signal
  // (prepareServerProcess()), since no flag of this call prevents it.
  IoResult drain(std::intptr_t socket, Side side);

 private:
  KernelPipe(platform::OwnedHandle out, platform::OwnedHandle in) : out_(std::move(out)), in_(std::move(in)) {}

  platform::OwnedHandle out_;  // bytes leave here
  platform::OwnedHandle in_;
  std::size_t held_ = 0;
};

// The pipes of a loop. Only who has bytes in one holds one.
class KernelPipes {
 public:
  // Null: none is to be had now; ask again another time.
  std::unique_ptr<KernelPipe> take();
  // Back again. What it still holds is thrown away.
  void give(std::unique_ptr<KernelPipe> pipe);

  std::size_t taken() const { return taken_; }

 private:
  std::vector<std::unique_ptr<KernelPipe>> idle_;
  std::size_t taken_ = 0;
};

}  // namespace sluice::net
