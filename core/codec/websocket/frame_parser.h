// Reads the frames of one direction of a WebSocket (RFC 6455 section 5.2) from fragments of any size. How the bytes are cut
// never changes what is told, but for the cuts between pieces of payload. Pure; owned by one thread; allocates nothing.
//
// Strict where a frame could mean two things (reserved opcodes, control frames that are long or in parts, lengths of over
// 63 bits); tolerant of what is merely wrong: a mask where there should be none, none where there should be one, a
// length in more bytes than it needs.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::websocket {

enum class Opcode : std::uint8_t { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };
inline bool isControl(Opcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

struct FrameHeader {
  Opcode opcode = Opcode::Text;
  bool final = true;        // the last of its message
  bool compressed = false;  // RSV1, as permessage-deflate uses it
  bool masked = false;
  std::uint64_t length = 0;  // of the payload, at most 2^63 - 1
};

class FrameParser {
 public:
  class Events {
   public:
    virtual Result<void> frameBegins(const FrameHeader& header) = 0;
    // Unmasked, never empty; valid during the call.
    virtual Result<void> payload(Bytes bytes) = 0;
    virtual Result<void> frameEnds() = 0;

   protected:
    ~Events() = default;
  };

  // Errors: BadFrame, or what an event said; final: nothing may be fed any more. `side` is blamed.
  explicit FrameParser(Side side) : side_(side) {}
  Result<void> feed(Bytes fragment, Events& events);

  // Between two frames.
  bool isIdle() const { return headBytes_ == 0; }

 private:
  Result<std::size_t> takeHead(Bytes fragment, Events& events);
  Result<std::size_t> takePayload(Bytes fragment, Events& events);
  Result<void> endFrame(Events& events);
  std::size_t headWanted() const;
  Result<void> readHead();
  tl::unexpected<Error> bad(std::string why) const { return fail(side_, Code::BadFrame, std::move(why)); }
  std::uint8_t byte(std::size_t index) const { return std::to_integer<std::uint8_t>(head_[index]); }

  const Side side_;
  std::array<std::byte, 14> head_{};  // two bytes, eight of length, four of mask
  std::size_t headBytes_ = 0;
  bool inPayload_ = false;
  FrameHeader header_;
  std::array<std::byte, 4> mask_{};
  std::uint64_t taken_ = 0;  // of the payload
};

}  // namespace sluice::websocket
