// One piece of data with descriptors beside it over a local socket, and who sent it. Private to the files for POSIX systems. Any thread.
#pragma once

#include <sys/uio.h>

#include <span>

#include "platform/port_socket.h"

namespace sluice::platform {

// Both ends of a new local connection of `type`, with the room and the descriptors' flags that PortSocket::makePair() promises.
Result<std::pair<PortSocket, PortSocket>> makeSocketPair(int type, std::size_t messageBytesMax);

// What the socket takes at once of `pieces`. REQUIRES: kHandlesMax at most.
IoResult sendWithHandles(int socket, std::span<iovec> pieces, std::span<const Handle> handles);

// What there is, at most one message where the socket has messages. Leaves message.bytes alone; handles, the sender and `cut` are added.
// Ok with 0 bytes: the other end is closed.
IoResult receiveWithHandles(int socket, MutableBytes into, PortSocket::Message& message);

}  // namespace sluice::platform
