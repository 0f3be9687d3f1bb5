// Looks on while the frames of a WebSocket pass through a tunnel, and records its messages. Loop thread only.
#pragma once

#include "core/capture/records.h"
#include "core/codec/websocket/message_reader.h"
#include "core/pipe/input_filter.h"
#include "core/session/commands.h"

namespace sluice::engine {

class WebSocketWatch {
 public:
  // `sink` outlives it.
  WebSocketWatch(capture::Sink& sink, ExchangeId exchange, const session::OpenTunnel::WebSocket& agreed);
  WebSocketWatch(WebSocketWatch&&) = delete;

  pipe::BodyTap& fromClient() { return fromClient_; }
  pipe::BodyTap& fromUpstream() { return fromUpstream_; }

  // The tunnel has ended: tells of messages that have not. Before the end of the exchange is recorded.
  void finish();

 private:
  struct Half final : pipe::BodyTap {
    using Inflation = std::optional<websocket::Inflater::Context>;
    Half(WebSocketWatch& watch, capture::Direction direction, Side sender, Inflation inflation);
    void onBody(Bytes payload) override { reader.feed(payload); }
    websocket::MessageReader reader;
  };
  void record(capture::Direction direction, websocket::Message message);

  capture::Sink& sink_;
  const ExchangeId exchange_;
  Half fromClient_;
  Half fromUpstream_;
};

}  // namespace sluice::engine
