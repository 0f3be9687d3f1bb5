// ClientConnection under a network profile: who is limited, what is delayed, and what a change of the profile does.
#include <algorithm>
#include <utility>

#include "core/engine/client_connection.h"
#include "core/engine/clock.h"
#include "core/throttle/loss.h"

namespace sluice::engine {

void ClientConnection::profileChanged() {
  if (closing_ == Closing::Closed) return;
  const auto now = readClocks();
  const bool wasOffline = profile().offline;
  useProfile(now);
  if (profile().offline && !wasOffline) goOffline(now);
  turn();
}

void ClientConnection::limit(std::optional<throttle::Profile> profile) {
  ownLimit_ = profile ? Throttling::ofOne(std::move(*profile), readClocks().mono) : nullptr;
  profileChanged();
}

// Which profile it is may depend on where the connection leads now.
void ClientConnection::useProfile(Now now) {
  const Applied before = std::exchange(applied_, ownLimit_ ? ownLimit_ : worker_.throttling().appliedTo(listener_, host_, port_));
  if (applied_ != before) slowDown(now);
}

void ClientConnection::slowDown(Now now) {
  down_.moveTo(applied_->down);
  up_.moveTo(applied_->up);
  down_.setProfile(profile().down, profile(), now.mono);
  up_.setProfile(profile().up, profile(), now.mono);
  closesAt_.reset();
  if (profile().closesPerMinute > 0) closesAt_ = now.mono + throttle::untilClosed(profile().closesPerMinute, down_.random());
  requestRelay_->adapt(pipeSettings(capture::Direction::Request));
  responseRelay_->adapt(pipeSettings(capture::Direction::Response));
  const bool throttled = !profile().isNeutral();
  if (throttled == throttled_) return;
  throttled_ = throttled;
  client_.writer().setLimiter(throttled ? &down_ : nullptr);
  if (upstream_) upstream_->link.writer().setLimiter(throttled ? &up_ : nullptr);
  if (throttled) return;
  down_.dropped();
  up_.dropped();
}

Micros ClientConnection::heldBack(MonoTime now) const {
  return down_.heldBack(now) + up_.heldBack(now) + handshakesHeldBack_;
}

void ClientConnection::recordThrottling(capture::Record& record, MonoTime now) {
  if (std::holds_alternative<capture::ExchangeStarted>(record)) heldBackBefore_ = heldBack(now);
  auto* end = std::get_if<capture::ExchangeEnded>(&record);
  if (end == nullptr || !throttled_) return;
  end->profile = applied_->recorded;
  end->heldBackUs = (heldBack(now) - heldBackBefore_).count();
}

void ClientConnection::closeAtRandom(Now now) {
  session_.clientFailed({Code::Aborted, Side::Local, 0,
                         "closed at random, as the network profile '" + profile().name + "' wants it"},
                        now);
  carryOut(now);
  close(net::CloseKind::Abort);
}

// What runs towards a server ends, and nothing new begins.
void ClientConnection::goOffline(Now now) {
  const Error error{Code::HostUnreachable, Side::Local, 0,
                    "the network profile '" + profile().name + "' is offline"};
  if (tunnel_.isOpen()) {
    tunnel_.fail(error);
  } else if (responseRelay_->active()) {
    responseRelay_->failSource(error);
  } else if (requestRelay_->active()) {
    requestRelay_->failSink(error);
  } else {
    session_.upstreamFailed(error, now);
  }
}

// A handshake cannot be slowed down, but its end can be told a round trip later.
void ClientConnection::roundTripLater(Result<Connected> result) {
  const Micros roundTrip = profile().roundTrip();
  if (roundTrip.count() == 0) return connected(std::move(result));
  connecting_.reset();
  const auto now = readClocks();
  if (result) result->connectedAt = now.mono + roundTrip;
  handshakesHeldBack_ += roundTrip;
  handshake_.emplace(std::move(result));
  handshakeDelay_.set(now.mono + roundTrip);
}

// The answer to CONNECT takes the way back like all that is sent; this is the way there, which nothing else stands for.
void ClientConnection::delayHandshakeAnswer() {
  if (throttled_) down_.delayNext(profile().up.delay);
}

std::uint64_t ClientConnection::wireBytesBeside(Link& link) {
  const std::uint64_t onWire = link.transport().bytesSent();
  return onWire - std::min(onWire, link.writer().bytesSent());
}

// What a stream sends of its own (TLS handshakes, the frames of its records) counts as well; what it sent before there was a limit
// is nobody's debt.
void ClientConnection::noteHandshakeBytes(MonoTime now) {
  const auto note = [&](Link& link, std::uint64_t& noted, throttle::Flow& flow) {
    const auto added = wireBytesBeside(link);
    const auto before = std::exchange(noted, std::max(noted, added));
    if (throttled_ && added > before) flow.added(static_cast<std::size_t>(added - before), now);
  };
  note(client_, addedDown_, down_);
  if (upstream_) note(upstream_->link, addedUp_, up_);
}

// When a limiter lets something pass again, if one holds anything back.
std::optional<MonoTime> ClientConnection::heldBackUntil(MonoTime now) const {
  std::optional<MonoTime> until;
  const auto look = [&](const output::ChainWriter& writer) {
    if (!writer.pending() || writer.failed() || writer.readiness(now) != pipe::OutputFilter::Readiness::Delayed) return;
    const MonoTime at = writer.wakeAt(now);
    until = until ? std::min(*until, at) : at;
  };
  if (!throttled_) return until;
  look(client_.writer());
  if (upstream_) look(upstream_->link.writer());
  return until;
}

}  // namespace sluice::engine
