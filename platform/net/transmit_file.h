// Sends a range of a file by one operation of the system, which reads the file while it sends: TransmitFile of Windows, in iocp/;
// elsewhere/ says that there is none. Loop thread only.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>

#include "core/base/bytes.h"

namespace sluice::net {

// Ok: all of it was sent.
using Transmitted = std::function<void(IoResult)>;

// Starts to send as much of the range as one operation takes (kTransmittedBytesMax). Ok: so many bytes are under way, and `done` is called
// from the socket's loop, never inside this call; also when the socket is closed meanwhile. The caller may close the file at once, and
// leaves the range as it is until then. Failed: nothing is under way, and `done` is not called; Side::Local and Code::FileChanged where
// the file ends at `offset` already. `side` names the socket's peer in errors of the socket; errors of the file are Side::Local.
// REQUIRES: FileMode::Transmit; length > 0; no other send is in flight.
IoResult transmitFile(asio::ip::tcp::socket& socket, std::intptr_t file, std::uint64_t offset, std::size_t length, Side side,
                      Transmitted done);

}  // namespace sluice::net
