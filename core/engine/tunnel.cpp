#include "core/engine/tunnel.h"

#include "core/base/assert.h"

namespace sluice::engine {
namespace {

// What talks through a tunnel waits for answers: nothing is held back until there is more of it, and nothing is gained by taking
// more than the other side does.
pipe::Settings ofConversation(pipe::Settings settings) {
  settings.overflow = pipe::Overflow::Backpressure;
  settings.delivery = pipe::Delivery::Streaming;
  return settings;
}

}  // namespace

void Tunnel::start(Half& half, Bytes preread, const pipe::Settings& settings) {
  half.relay->start(*half.from, *half.to, half.side, http1::Framing::untilClose(), preread, ofConversation(settings),
                    {.watcher = half.watcher});
  if (half.expectsMuch) half.relay->expectMuch();
}

void Tunnel::open(Link& client, Link& upstream, Relays relays, const Opening& opening, const pipe::Settings& up,
                  const pipe::Settings& down) {
  SLUICE_ASSERT(!open_);
  open_ = true;
  error_ = {};
  up_ = {&relays.up, &client, &upstream, Side::Client, opening.upWatcher, {}, false};
  down_ = {&relays.down, &upstream, &client, Side::Upstream, opening.downWatcher, {}, false};
  start(up_, opening.upPreread, up);
  start(down_, opening.downPreread, down);
}

bool Tunnel::mayRest(const Half& half) { return half.ended || (half.relay->mayRest() && !half.from->mayReceive()); }

bool Tunnel::mayRest() const { return open_ && !rests() && error_.code == Code::None && mayRest(up_) && mayRest(down_); }

void Tunnel::rest() {
  SLUICE_ASSERT(mayRest());
  for (Half* half : {&up_, &down_}) {
    half->expectsMuch = half->relay != nullptr && half->relay->expectsMuch();
    leave(*half);
    half->to->releaseOutput();
  }
}

void Tunnel::wake(Relays relays, const pipe::Settings& up, const pipe::Settings& down) {
  SLUICE_ASSERT(rests());
  for (Half* half : {&up_, &down_}) {
    if (half->ended) continue;
    half->relay = half == &up_ ? &relays.up : &relays.down;
    start(*half, {}, half == &up_ ? up : down);
  }
}

void Tunnel::adapt(const pipe::Settings& up, const pipe::Settings& down) {
  SLUICE_ASSERT(open_);
  if (up_.relay != nullptr) up_.relay->adapt(ofConversation(up));
  if (down_.relay != nullptr) down_.relay->adapt(ofConversation(down));
}

void Tunnel::runHalf(Half& half, MonoTime now) {
  if (half.ended || half.relay == nullptr) return;
  half.relay->process(now);
  if (!half.relay->hasEnded()) return;
  half.ended = true;
  auto end = half.relay->finish();
  if (end.error.code == Code::None) {
    half.to->endSending();
  } else if (error_.code == Code::None) {
    error_ = std::move(end.error);
  }
}

bool Tunnel::run(MonoTime now) {
  runHalf(up_, now);
  runHalf(down_, now);
  return error_.code != Code::None || (up_.ended && down_.ended);
}

bool Tunnel::openingIsSent() const { return up_.isEmpty() && down_.isEmpty(); }

capture::BodyTotals Tunnel::totals(const Half& half) {
  auto totals = half.before;
  if (half.relay == nullptr) return totals;
  const auto now = half.relay->totals();
  totals.bytes += now.bytes;
  totals.wireBytes += now.wireBytes;
  totals.capturedBytes += now.capturedBytes;
  return totals;
}

void Tunnel::leave(Half& half) {
  half.before = totals(half);
  if (half.relay != nullptr) half.relay->cancel();
  half.relay = nullptr;
}

void Tunnel::fail(Error error) {
  if (!open_ || error_.code != Code::None) return;
  error_ = std::move(error);
}

session::TunnelEnd Tunnel::finish() {
  SLUICE_ASSERT(open_);
  session::TunnelEnd end{totals(up_), totals(down_), error_};
  cancel();
  return end;
}

void Tunnel::cancel() {
  if (!open_) return;
  leave(up_);
  leave(down_);
  open_ = false;
}

}  // namespace sluice::engine
