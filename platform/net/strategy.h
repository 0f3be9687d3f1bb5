// What truly differs between the event back ends, as data: the transport acts on it, tests go through all of it on every
// system. One file per back end says what is right for it: epoll/, kqueue/, iocp/. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace sluice::net {

enum class SendMode : std::uint8_t {
  Wait,      // what the system does not take stays with the caller, who is told when there is room
  TakeOver,  // a copy of some of it becomes a send that completes when there is room; one is in flight, at most
};

enum class ReceiveMode : std::uint8_t {
  Wait,  // a wait owns no memory: what it announces is received then
  Lend,  // a wait in the midst of much receives into memory that is lent to it
};

enum class FileMode : std::uint8_t {
  Attempt,   // what finds no room is sent as SendMode says
  Transmit,  // the system reads and sends a range by itself, in the place of the one send in flight: with SendMode::TakeOver alone
};

// Of ReceiveMode::Lend. How many bytes in a row are much: what one block takes.
inline constexpr std::size_t kMuchBytes = 16 * 1024;
// How long memory is lent for nothing: between once and twice this.
inline constexpr int kLentIdleMs = 1000;

// Of SendMode::TakeOver. What is copied at once: as much as a full socket takes next.
inline constexpr std::size_t kTakenSendBytesMax = 64 * 1024;
// Of FileMode::Transmit. What is under way at once.
inline constexpr std::size_t kTransmittedBytesMax = 1024 * 1024;
// How long each kTakenSendBytesMax of the last bytes of a closed connection are waited for: a peer this slow has given up too.
inline constexpr int kCloseSendMs = 30'000;

// How many accepts a process has in flight where the system completes them by itself (Windows): so many connections come in a row
// without a call between them, and so many a process that hangs may take with it.
inline constexpr std::size_t kAcceptsInFlight = 4;

struct Strategy {
  SendMode sendMode = SendMode::Wait;
  ReceiveMode receiveMode = ReceiveMode::Wait;
  std::size_t acceptsInFlight = 1;
  std::size_t muchBytes = kMuchBytes;  // received since the wait before: from here on a wait may own memory
  FileMode fileMode = FileMode::Attempt;
};

// Of the back end that this program was built for.
Strategy nativeStrategy();

}  // namespace sluice::net
