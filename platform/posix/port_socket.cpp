// On a socket that keeps whole messages in order and shows the end of the other side (SOCK_SEQPACKET).
#include "platform/port_socket.h"

#include <sys/socket.h>

#include "platform/posix/descriptor.h"
#include "platform/posix/handle_message.h"

namespace sluice::platform {

Result<std::pair<PortSocket, PortSocket>> PortSocket::makePair(std::size_t messageBytesMax) {
  return makeSocketPair(SOCK_SEQPACKET, messageBytesMax);
}

void PortSocket::setPeer(Handle) {}
Handle PortSocket::receiveEvent() { return kNoHandle; }
Handle PortSocket::sendEvent() { return kNoHandle; }

IoResult PortSocket::send(Bytes head, Bytes rest, std::span<const Handle> handles) {
  iovec pieces[2] = {{const_cast<std::byte*>(head.data()), head.size()}, {const_cast<std::byte*>(rest.data()), rest.size()}};
  return sendWithHandles(descriptor(socket_), std::span(pieces).first(rest.empty() ? 1 : 2), handles);
}

IoResult PortSocket::receive(MutableBytes into, Message& message) {
  message = {};
  const auto received = receiveWithHandles(descriptor(socket_), into, message);
  message.bytes = received.bytes;
  // A message of ours is never empty, so that nothing can be confused with the end.
  if (received.status == IoResult::Status::Ok && received.bytes == 0) return IoResult::end();
  return received;
}

}  // namespace sluice::platform
