#include "platform/local_socket.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

#include "platform/posix/descriptor.h"
#include "platform/posix/local_address.h"
#include "platform/posix/send_flags.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime deadlineAfter(LocalSocket::Timeout timeout) { return std::chrono::steady_clock::now() + timeout; }

tl::unexpected<Error> noAnswer() { return fail(Side::Local, Code::IdleTimeout, "the engine does not answer"); }

// Waits until `events` or the deadline; every wake-up counts, the caller tries again.
Result<void> waitFor(const OwnedHandle& socket, short events, SteadyTime deadline) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    if (left <= 0) return noAnswer();
    pollfd waiting{descriptor(socket), events, 0};
    const auto ready = poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, std::numeric_limits<int>::max())));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return systemFailure(errno, "control connection");
  }
}

}  // namespace

Result<LocalSocket> LocalSocket::connect(const std::string& address, Timeout timeout) {
  const auto deadline = deadlineAfter(timeout);
  const auto peer = localAddress(address);
  if (!peer) return fail(peer.error());
  OwnedHandle socket(::socket(AF_UNIX, SOCK_STREAM, 0));
  if (!socket) return systemFailure(errno, "control connection");
  fcntl(descriptor(socket), F_SETFD, FD_CLOEXEC);
  fcntl(descriptor(socket), F_SETFL, O_NONBLOCK);
  refuseSignals(descriptor(socket));
  while (::connect(descriptor(socket), asSockaddr(*peer), sizeof *peer) != 0) {
    const int why = errno;
    if (why == ECONNREFUSED || why == ENOENT) return fail(Side::Local, Code::NotRunning, address, why);
    // The engine's backlog is full: there is nothing to wait on, so look again shortly, until the deadline.
    if (why != EAGAIN && why != EINTR) return systemFailure(why, "cannot connect to " + address);
    if (std::chrono::steady_clock::now() >= deadline) return noAnswer();
    poll(nullptr, 0, 10);
  }
  return LocalSocket(std::move(socket));
}

Result<void> LocalSocket::send(Bytes bytes, Timeout timeout) {
  const auto deadline = deadlineAfter(timeout);
  while (!bytes.empty()) {
    const auto sent = ::send(descriptor(socket_), bytes.data(), bytes.size(), kSendFlags);
    if (sent >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN) {
      if (auto ready = waitFor(socket_, POLLOUT, deadline); !ready) return ready;
    } else if (errno != EINTR) {
      return systemFailure(errno, "control connection");
    }
  }
  return {};
}

Result<std::size_t> LocalSocket::receive(MutableBytes buffer, Timeout timeout) {
  const auto deadline = deadlineAfter(timeout);
  for (;;) {
    const auto count = ::recv(descriptor(socket_), buffer.data(), buffer.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno == EAGAIN) {
      if (auto ready = waitFor(socket_, POLLIN, deadline); !ready) return fail(ready.error());
    } else if (errno != EINTR) {
      return systemFailure(errno, "control connection");
    }
  }
}

}  // namespace sluice::platform
