// Sends a range of a file to a socket inside the kernel. One file per system: epoll/, kqueue/, iocp/.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace sluice::net {

// REQUIRES: a non-blocking socket; length > 0; broken pipes raise no signal (prepareServerProcess()), since no flag of
// this call prevents it. `side` names the socket's peer in errors of the socket; errors of the file are Side::Local. Ok
// may cover less than `length`.
IoResult sendFile(int socket, std::intptr_t file, std::uint64_t offset, std::size_t length, Side side);

}  // namespace sluice::net
