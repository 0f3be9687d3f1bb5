// Cuts the stream of a control connection into frames. Pure: the engine (Asio), the app (QLocalSocket) and the command
// line (blocking) feed it what they received. Any thread; one reader belongs to one connection.
//
//   Bytes rest = received;
//   for (;;) {
//     auto frame = reader.next(rest);
//     if (!frame) return close(frame.error());
//     if (!*frame) break;                      // all of `received` was taken
//     auto message = decodeRequest(**frame);
//     ...
//   }
//
// Holds the unfinished frame only, and grows with what has arrived, not with what was announced.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::control {

// Before each frame: its length.
inline constexpr std::size_t kFrameLengthBytes = 4;

class FrameReader {
 public:
  // The engine reads requests with kControlRequestBytesMax, clients read replies with kControlFrameBytesMax.
  explicit FrameReader(std::size_t frameBytesMax) : frameBytesMax_(frameBytesMax) {}

  // Takes bytes off the front of `input` until a frame is whole or `input` is empty. Gives the frame without its length,
  // valid until the next call; nothing when more bytes are needed. A frame that is empty or too long is
  // Code::ProtocolFault, now and on every later call: close the connection.
  Result<std::optional<Bytes>> next(Bytes& input);

  // True when the stream may end here: no frame is begun.
  bool betweenFrames() const { return lengthBytes_ == 0 || whole_; }

 private:
  void takeLength(Bytes& input);
  void takeBody(Bytes& input, std::size_t announced);

  const std::size_t frameBytesMax_;  // Immutable after construction.
  std::array<std::byte, 4> length_{};
  std::size_t lengthBytes_ = 0;   // of length_ that have arrived
  std::vector<std::byte> frame_;
  bool whole_ = false;            // frame_ was handed out; the next call begins anew
};

}  // namespace sluice::control
