#include "platform/posix/handle_message.h"

#include <fcntl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "core/base/assert.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/send_flags.h"
#include "platform/posix/sender_credentials.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

#ifdef MSG_CMSG_CLOEXEC
constexpr int kReceiveFlags = MSG_CMSG_CLOEXEC;
#else
constexpr int kReceiveFlags = 0;
#endif

// POSIX has socklen_t here, Linux size_t.
using ControlLength = decltype(msghdr::msg_controllen);
using PartLength = decltype(cmsghdr::cmsg_len);

// A message that carries too many is seen to be cut short instead of being taken for a good one.
constexpr std::size_t kHandlesRoom = PortSocket::kHandlesMax + 1;

Result<void> prepare(int socket, std::size_t messageBytesMax) {
  ::fcntl(socket, F_SETFD, FD_CLOEXEC);
  ::fcntl(socket, F_SETFL, O_NONBLOCK);
  refuseSignals(socket);
  const auto atLeast = [&](int option, std::size_t bytes) {
    int has = 0;
    socklen_t size = sizeof has;
    ::getsockopt(socket, SOL_SOCKET, option, &has, &size);
    const int wanted = static_cast<int>(bytes);
    if (has < wanted) ::setsockopt(socket, SOL_SOCKET, option, &wanted, sizeof wanted);
  };
  atLeast(SO_SNDBUF, messageBytesMax);
  atLeast(SO_RCVBUF, 4 * messageBytesMax);
  if (!askForSenderCredentials(socket)) return systemFailure(errno, "cannot ask who sends over a port's socket");
  return {};
}

void takeHandles(const cmsghdr& part, PortSocket::Message& message) {
  const std::size_t count = (part.cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; ++i) {
    int received = -1;
    std::memcpy(&received, CMSG_DATA(&part) + i * sizeof(int), sizeof received);
    OwnedHandle owned(received);
    if (i < message.handles.size()) {
      // Where the system cannot do this as it hands them over.
      if constexpr (kReceiveFlags == 0) ::fcntl(received, F_SETFD, FD_CLOEXEC);
      message.handles[i] = std::move(owned);
    } else {
      message.cut = true;
    }
  }
}

IoResult outcomeOf(int why, const char* what) {
  if (why == EAGAIN || why == ENOBUFS) return IoResult::wouldBlock();
  return IoResult::failed({codeOf(why), Side::Local, why, what});
}

}  // namespace

Result<std::pair<PortSocket, PortSocket>> makeSocketPair(int type, std::size_t messageBytesMax) {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, type, 0, ends) != 0) return systemFailure(errno, "cannot make a port's sockets");
  std::pair<PortSocket, PortSocket> pair{PortSocket(OwnedHandle(ends[0])), PortSocket(OwnedHandle(ends[1]))};
  for (const int end : ends) {
    if (auto good = prepare(end, messageBytesMax); !good) return fail(std::move(good.error()));
  }
  return pair;
}

IoResult sendWithHandles(int socket, std::span<iovec> pieces, std::span<const Handle> handles) {
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = static_cast<decltype(message.msg_iovlen)>(pieces.size());
  alignas(cmsghdr) char control[CMSG_SPACE(PortSocket::kHandlesMax * sizeof(int))] = {};
  if (!handles.empty()) {
    SLUICE_ASSERT(handles.size() <= PortSocket::kHandlesMax);
    message.msg_control = control;
    message.msg_controllen = static_cast<ControlLength>(CMSG_SPACE(handles.size() * sizeof(int)));
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = static_cast<PartLength>(CMSG_LEN(handles.size() * sizeof(int)));
    std::array<int, PortSocket::kHandlesMax> descriptors{};
    std::transform(handles.begin(), handles.end(), descriptors.begin(), [](Handle handle) { return descriptor(handle); });
    std::memcpy(CMSG_DATA(part), descriptors.data(), handles.size() * sizeof(int));
  }
  for (;;) {
    const auto sent = ::sendmsg(socket, &message, kSendFlags);
    if (sent >= 0) return IoResult::ok(static_cast<std::size_t>(sent));
    if (errno != EINTR) return outcomeOf(errno, "sending over a port");
  }
}

IoResult receiveWithHandles(int socket, MutableBytes into, PortSocket::Message& message) {
  iovec piece{into.data(), into.size()};
  alignas(cmsghdr) std::array<char, 256> space;
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = space.data();
  header.msg_controllen = static_cast<ControlLength>(CMSG_SPACE(kHandlesRoom * sizeof(int)) + senderCredentialsSpace());
  ssize_t count = -1;
  do {
    count = ::recvmsg(socket, &header, kReceiveFlags);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return outcomeOf(errno, "receiving from a port");

  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) takeHandles(*part, message);
    if (const auto sender = senderIn(*part); sender != 0) message.senderPid = sender;
  }
  message.cut = message.cut || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  return IoResult::ok(static_cast<std::size_t>(count));
}

}  // namespace sluice::platform
