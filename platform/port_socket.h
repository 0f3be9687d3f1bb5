// The socket of a port: whole messages of limited size between two processes of ours, with handles, in order, and the
// word of the system who sent each. Does not wait. One thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

class PortSocket {
 public:
  static constexpr std::size_t kHandlesMax = 2;

  // Both ends of a new connection. Each has room for at least one message of `messageBytesMax` to send, and for four
  // times that to be received.
  static Result<std::pair<PortSocket, PortSocket>> makePair(std::size_t messageBytesMax);

  PortSocket() = default;
  // An end that this process was given, by inheritance for example.
  explicit PortSocket(OwnedHandle socket) : socket_(std::move(socket)) {}

  // One message, of one or two pieces. Ok: it left whole. Handles are copied to the other process; the caller still owns
  // and closes its own.
  IoResult send(Bytes head, Bytes rest, std::span<const Handle> handles);
  // Whether a part of the last message is still here, where the system takes messages in parts: macOS. It leaves with the next
  // send(), of nothing if need be, which is worth a try whenever the socket can be written.
  bool hasRest() const { return !rest_.empty(); }

  struct Message {
    std::size_t bytes = 0;          // how long it is
    bool cut = false;               // it did not fit, or carried more handles than are allowed: a fault
    std::uint64_t senderPid = 0;    // as the system knows it; 0 where it does not tell
    std::array<OwnedHandle, kHandlesMax> handles;
  };
  // End: the other end is closed.
  IoResult receive(MutableBytes into, Message& message);

  Handle handle() const { return socket_.get(); }

  // The process at the other end, for a system that hands handles over by its owner's word: Windows. Whoever started it calls
  // this before anything is sent; the handle is borrowed for as long as the socket lives.
  void setPeer(Handle process);
  // Where handle() itself cannot be waited for (Windows), events that are set when receive() or send() is worth another
  // try; kNoHandle elsewhere. Owned by the socket.
  Handle receiveEvent();
  Handle sendEvent();
  // Gives the end away, to be inherited by a child for example. What the system still works on is over by then.
  OwnedHandle take() {
    flight_.reset();
    rest_.clear();
    return std::move(socket_);
  }

 private:
  class Flight;
  Flight& flight();

  OwnedHandle socket_;
  std::shared_ptr<Flight> flight_;  // what the system still works on: Windows; what has come of a message: macOS
  std::vector<std::byte> rest_;
};

}  // namespace sluice::platform
