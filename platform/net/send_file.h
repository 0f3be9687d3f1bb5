// Sends a range of a file to a socket. One file per system: epoll/, kqueue/, iocp/.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace sluice::net {

// REQUIRES: a non-blocking socket; length > 0; broken pipes raise no signal (prepareServerProcess()), since no flag of
// this call prevents it. `side` names the socket's peer in errors of the socket; errors of the file are Side::Local. Ok
// may cover less than `length`.
IoResult sendFile(std::intptr_t socket, std::intptr_t file, std::uint64_t offset, std::size_t length, Side side);

// The first bytes of a range of `length` bytes that is to be sent, into memory. Errors are Side::Local.
IoResult readForSending(std::intptr_t file, std::uint64_t offset, std::size_t length, MutableBytes into);

// What both say of a file that ends at `offset`, `missing` bytes too early.
IoResult fileEndedEarly(std::uint64_t offset, std::size_t missing);

}  // namespace sluice::net
