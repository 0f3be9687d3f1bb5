// The messages of one direction of a WebSocket, put together from its frames and inflated, for the record. Pure; owned by one
// thread. It only looks on: the bytes have passed already, and nothing that is wrong with them stops the others.
//
// Limits: of each payload the first kMessageBytesKept are held; a message that inflates to over
// kMessageInflatedBytesMax is a fault.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/codec/websocket/frame_parser.h"
#include "core/codec/websocket/inflater.h"

namespace sluice::websocket {

struct Message {
  Opcode opcode = Opcode::Text;
  bool compressed = false;
  std::uint64_t wireBytes = 0;  // of payload, as it passed
  std::uint64_t bytes = 0;      // of payload, inflated
  std::string payload;          // its beginning
  std::string fault;            // why nothing after this is read; the message is then what came of it
};

class MessageReader final : private FrameParser::Events {
 public:
  using Sink = std::function<void(Message)>;

  // `inflation`: nothing when permessage-deflate was not agreed on.
  MessageReader(Side sender, std::optional<Inflater::Context> inflation, Sink sink);
  MessageReader(MessageReader&&) = delete;

  void feed(Bytes fragment);
  // The stream has ended: tells of a message that has not.
  void finish();

 private:
  Result<void> frameBegins(const FrameHeader& header) override;
  Result<void> payload(Bytes bytes) override;
  Result<void> frameEnds() override;

  Message& current() { return inControl_ ? control_ : *message_; }
  void keep(Message& message, Bytes bytes);
  std::uint64_t inflatedLeft() const;
  void fault(std::string why);
  tl::unexpected<Error> bad(std::string why) const { return fail(sender_, Code::BadFrame, std::move(why)); }

  const Side sender_;
  const Sink sink_;
  FrameParser parser_;
  std::optional<Inflater> inflater_;
  std::optional<Message> message_;  // begun and not ended
  Message control_;
  bool inControl_ = false;
  bool final_ = false;  // the frame under way is the last of its message
  bool blind_ = false;  // after a fault
};

}  // namespace sluice::websocket
