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

void Tunnel::open(Link& client, Link& upstream, Relays relays, const Opening& opening, const pipe::Settings& up,
                  const pipe::Settings& down) {
  SLUICE_ASSERT(!open_);
  open_ = true;
  error_ = {};
  up_ = {&relays.up, &upstream, false};
  down_ = {&relays.down, &client, false};
  const auto untilClose = http1::Framing::untilClose();
  up_.relay->start(client, upstream, Side::Client, untilClose, opening.upPreread, ofConversation(up),
                   {.watcher = opening.upWatcher});
  down_.relay->start(upstream, client, Side::Upstream, untilClose, opening.downPreread, ofConversation(down),
                     {.watcher = opening.downWatcher});
}

void Tunnel::adapt(const pipe::Settings& up, const pipe::Settings& down) {
  SLUICE_ASSERT(open_);
  up_.relay->adapt(ofConversation(up));
  down_.relay->adapt(ofConversation(down));
}

void Tunnel::runHalf(Half& half, MonoTime now) {
  if (half.ended) return;
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

void Tunnel::fail(Error error) {
  if (!open_ || error_.code != Code::None) return;
  error_ = std::move(error);
}

session::TunnelEnd Tunnel::finish() {
  SLUICE_ASSERT(open_);
  session::TunnelEnd end{up_.relay->totals(), down_.relay->totals(), error_};
  cancel();
  return end;
}

void Tunnel::cancel() {
  if (!open_) return;
  up_.relay->cancel();
  down_.relay->cancel();
  open_ = false;
}

}  // namespace sluice::engine
