#include "platform/port_socket.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "core/base/assert.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/sender_credentials.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {
namespace {

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
#else
constexpr int kSendFlags = 0;
#endif
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

Result<std::pair<PortSocket, PortSocket>> PortSocket::makePair(std::size_t messageBytesMax) {
  int ends[2] = {-1, -1};
  // Whole messages in order, and the end of the other side is seen.
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0) return systemFailure(errno, "cannot make a port's sockets");
  std::pair<PortSocket, PortSocket> pair{PortSocket(OwnedHandle(ends[0])), PortSocket(OwnedHandle(ends[1]))};
  for (const int end : ends) {
    if (auto good = prepare(end, messageBytesMax); !good) return fail(std::move(good.error()));
  }
  return pair;
}

void PortSocket::setPeer(Handle) {}
Handle PortSocket::receiveEvent() { return kNoHandle; }
Handle PortSocket::sendEvent() { return kNoHandle; }

IoResult PortSocket::send(Bytes head, Bytes rest, std::span<const Handle> handles) {
  iovec pieces[2] = {{const_cast<std::byte*>(head.data()), head.size()}, {const_cast<std::byte*>(rest.data()), rest.size()}};
  msghdr message{};
  message.msg_iov = pieces;
  message.msg_iovlen = rest.empty() ? 1 : 2;
  alignas(cmsghdr) char control[CMSG_SPACE(kHandlesMax * sizeof(int))] = {};
  if (!handles.empty()) {
    message.msg_control = control;
    message.msg_controllen = static_cast<ControlLength>(CMSG_SPACE(handles.size() * sizeof(int)));
    cmsghdr* part = CMSG_FIRSTHDR(&message);
    part->cmsg_level = SOL_SOCKET;
    part->cmsg_type = SCM_RIGHTS;
    part->cmsg_len = static_cast<PartLength>(CMSG_LEN(handles.size() * sizeof(int)));
    SLUICE_ASSERT(handles.size() <= kHandlesMax);
    std::array<int, kHandlesMax> descriptors{};
    std::transform(handles.begin(), handles.end(), descriptors.begin(), [](Handle handle) { return descriptor(handle); });
    std::memcpy(CMSG_DATA(part), descriptors.data(), handles.size() * sizeof(int));
  }
  for (;;) {
    const auto sent = ::sendmsg(descriptor(socket_), &message, kSendFlags);
    if (sent >= 0) return IoResult::ok(static_cast<std::size_t>(sent));
    if (errno != EINTR) return outcomeOf(errno, "sending over a port");
  }
}

IoResult PortSocket::receive(MutableBytes into, Message& message) {
  message = {};
  iovec piece{into.data(), into.size()};
  alignas(cmsghdr) std::array<char, 256> space;
  msghdr header{};
  header.msg_iov = &piece;
  header.msg_iovlen = 1;
  header.msg_control = space.data();
  header.msg_controllen = static_cast<ControlLength>(CMSG_SPACE(kHandlesRoom * sizeof(int)) + senderCredentialsSpace());
  ssize_t count = -1;
  do {
    count = ::recvmsg(descriptor(socket_), &header, kReceiveFlags);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return outcomeOf(errno, "receiving from a port");

  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_RIGHTS) takeHandles(*part, message);
    if (const auto sender = senderIn(*part); sender != 0) message.senderPid = sender;
  }
  message.bytes = static_cast<std::size_t>(count);
  message.cut = message.cut || (header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0;
  // A message of ours is never empty, so that nothing can be confused with the end.
  if (count == 0) return IoResult::end();
  return IoResult::ok(message.bytes);
}

}  // namespace sluice::platform
