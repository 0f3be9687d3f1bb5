// splice(2): pages change hands between the sockets.
#include "platform/net/kernel_pipe.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/base/assert.h"
#include "platform/net/address.h"

namespace sluice::net {
namespace {

// The flag concerns the pipe's end; the socket's own does the rest. -1: see errno.
ssize_t moved(std::intptr_t from, std::intptr_t to, std::size_t bytesMax) {
  for (;;) {
    const auto count =
        ::splice(static_cast<int>(from), nullptr, static_cast<int>(to), nullptr, bytesMax, SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (count >= 0 || errno != EINTR) return count;
  }
}

IoResult failure(Side side) {
  if (errno == EAGAIN) return IoResult::wouldBlock();
  return IoResult::failed(toError(std::error_code(errno, std::system_category()), side, "splice"));
}

}  // namespace

bool hasKernelPipes() { return true; }

std::unique_ptr<KernelPipe> KernelPipe::open() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_NONBLOCK | O_CLOEXEC) != 0) return nullptr;
  std::unique_ptr<KernelPipe> pipe(new KernelPipe(platform::OwnedHandle(ends[0]), platform::OwnedHandle(ends[1])));
  // Refused when this user has filled too much memory with pipes: then a smaller one would cost more than copying.
  return ::fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(kKernelPipeBytes)) < 0 ? nullptr : std::move(pipe);
}

IoResult KernelPipe::fill(std::intptr_t socket, Side side) {
  SLUICE_ASSERT(held_ == 0);
  const auto count = moved(socket, in_.get(), kKernelPipeBytes);
  if (count == 0) return IoResult::end();
  // Said of sockets that cannot be spliced, and where a sandbox forbids the call.
  if (count < 0) return failure(errno == EINVAL || errno == ENOSYS || errno == EPERM || errno == EACCES ? Side::Local : side);
  held_ = static_cast<std::size_t>(count);
  return IoResult::ok(held_);
}

IoResult KernelPipe::drain(std::intptr_t socket, Side side) {
  SLUICE_ASSERT(held_ > 0);
  const auto count = moved(out_.get(), socket, held_);
  if (count < 0) return failure(side);
  if (SLUICE_BUG(count == 0)) return IoResult::wouldBlock();
  held_ -= static_cast<std::size_t>(count);
  return IoResult::ok(static_cast<std::size_t>(count));
}

}  // namespace sluice::net
