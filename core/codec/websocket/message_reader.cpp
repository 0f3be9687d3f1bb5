#include "core/codec/websocket/message_reader.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"

namespace sluice::websocket {

MessageReader::MessageReader(Side sender, std::optional<Inflater::Context> inflation, Sink sink)
    : sender_(sender), sink_(std::move(sink)), parser_(sender) {
  if (inflation) inflater_.emplace(*inflation);
}

void MessageReader::feed(Bytes fragment) {
  if (blind_) return;
  auto fed = parser_.feed(fragment, *this);
  if (!fed) fault(describe(fed.error()));
}

void MessageReader::finish() {
  if (blind_ || (parser_.isIdle() && !message_)) return;
  fault("the connection ended inside this message");
}

Result<void> MessageReader::frameBegins(const FrameHeader& header) {
  final_ = header.final;
  inControl_ = isControl(header.opcode);
  if (inControl_) {
    control_ = {};
    control_.opcode = header.opcode;
    return {};
  }
  if (header.opcode == Opcode::Continuation) {
    if (!message_) return bad("a continuation of no message");
    return header.compressed ? bad("a continuation that is compressed by itself") : Result<void>{};
  }
  if (message_) return bad("a message inside another");
  message_.emplace();
  message_->opcode = header.opcode;
  message_->compressed = header.compressed;
  if (header.compressed && !inflater_) return bad("a compressed message, though no compression was agreed on");
  return {};
}

Result<void> MessageReader::payload(Bytes bytes) {
  Message& message = current();
  message.wireBytes += bytes.size();
  if (!message.compressed) {
    keep(message, bytes);
    return {};
  }
  return inflater_->feed(bytes, inflatedLeft(), [&](Bytes inflated) { keep(message, inflated); });
}

Result<void> MessageReader::frameEnds() {
  if (inControl_) {
    inControl_ = false;
    sink_(std::move(control_));
    return {};
  }
  if (!final_) return {};
  if (message_->compressed) {
    auto ended = inflater_->endMessage(inflatedLeft(), [&](Bytes inflated) { keep(*message_, inflated); });
    if (!ended) return ended;
  }
  sink_(*std::exchange(message_, {}));
  return {};
}

void MessageReader::keep(Message& message, Bytes bytes) {
  message.bytes += bytes.size();
  const auto room = limits::kMessageBytesKept - message.payload.size();
  message.payload += asText(bytes.first(std::min(bytes.size(), room)));
}

std::uint64_t MessageReader::inflatedLeft() const { return limits::kMessageInflatedBytesMax - message_->bytes; }

void MessageReader::fault(std::string why) {
  blind_ = true;
  Message last = inControl_ ? std::move(control_) : message_ ? std::move(*message_) : Message{};
  last.fault = std::move(why);
  message_.reset();
  inflater_.reset();
  sink_(std::move(last));
}

}  // namespace sluice::websocket
