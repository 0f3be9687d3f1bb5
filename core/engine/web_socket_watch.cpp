#include "core/engine/web_socket_watch.h"

#include <utility>

#include "core/engine/clock.h"

namespace sluice::engine {

using capture::Direction;
using Context = websocket::Inflater::Context;

namespace {

std::optional<Context> inflationOf(const std::optional<websocket::Deflate>& deflate, bool websocket::Deflate::*keepsContext) {
  if (!deflate) return std::nullopt;
  return *deflate.*keepsContext ? Context::Kept : Context::Dropped;
}

}  // namespace

WebSocketWatch::Half::Half(WebSocketWatch& watch, Direction direction, Side sender, Inflation inflation)
    : reader(sender, inflation,
             [&watch, direction](websocket::Message message) { watch.record(direction, std::move(message)); }) {}

WebSocketWatch::WebSocketWatch(capture::Sink& sink, ExchangeId exchange, const session::OpenTunnel::WebSocket& agreed)
    : sink_(sink),
      exchange_(exchange),
      fromClient_(*this, Direction::Request, Side::Client,
                  inflationOf(agreed.deflate, &websocket::Deflate::clientKeepsContext)),
      fromUpstream_(*this, Direction::Response, Side::Upstream,
                    inflationOf(agreed.deflate, &websocket::Deflate::serverKeepsContext)) {}

void WebSocketWatch::finish() {
  fromClient_.reader.finish();
  fromUpstream_.reader.finish();
}

void WebSocketWatch::record(Direction direction, websocket::Message message) {
  capture::MessagePassed record;
  record.exchange = exchange_;
  record.direction = direction;
  record.at = readClocks().wall;
  record.opcode = static_cast<std::uint8_t>(message.opcode);
  record.compressed = message.compressed;
  record.wireBytes = message.wireBytes;
  record.bytes = message.bytes;
  record.payload = std::move(message.payload);
  record.fault = std::move(message.fault);
  // What the recorder cannot take while it lags, it counts.
  (void)sink_.record(std::move(record));
}

}  // namespace sluice::engine
