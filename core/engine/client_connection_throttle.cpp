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
  const bool throttled = !profile().isNeutral();
  if (throttled && !flows_) flows_ = std::make_unique<Flows>(*applied_, id_);
  if (flows_) {
    flows_->down.moveTo(applied_->down);
    flows_->up.moveTo(applied_->up);
    flows_->down.setProfile(profile().down, profile(), now.mono);
    flows_->up.setProfile(profile().up, profile(), now.mono);
  }
  closesAt_.reset();
  if (profile().closesPerMinute > 0) closesAt_ = now.mono + throttle::untilClosed(profile().closesPerMinute, flows_->down.random());
  adaptRelays();
  if (throttled == throttled_) return;
  throttled_ = throttled;
  client_.writer().setLimiter(throttled ? &flows_->down : nullptr);
  if (upstream_) upstream_->link.writer().setLimiter(throttled ? &flows_->up : nullptr);
  if (throttled) return;
  flows_->down.dropped();
  flows_->up.dropped();
}

void ClientConnection::adaptRelays() {
  const auto up = pipeSettings(capture::Direction::Request);
  const auto down = pipeSettings(capture::Direction::Response);
  if (tunnel_.isOpen()) return tunnel_.adapt(up, down);
  if (runs(requestRelay_)) requestRelay_->adapt(up);
  if (runs(responseRelay_)) responseRelay_->adapt(down);
}

Micros ClientConnection::heldBack(MonoTime now) const {
  const Micros sending = flows_ ? flows_->down.heldBack(now) + flows_->up.heldBack(now) : Micros{0};
  return sending + handshakesHeldBack_;
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
  } else if (runs(responseRelay_)) {
    responseRelay_->failSource(error);
  } else if (runs(requestRelay_)) {
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
  if (!handshake_) {
    handshake_.reset(new DelayedHandshake{
        {worker_.loop(), [this] { connected(std::move(*std::exchange(handshake_->result, {}))); }}, std::nullopt});
  }
  handshake_->result.emplace(std::move(result));
  handshake_->due.set(now.mono + roundTrip);
}

// The answer to CONNECT takes the way back like all that is sent; this is the way there, which nothing else stands for.
void ClientConnection::delayHandshakeAnswer() {
  if (throttled_) flows_->down.delayNext(profile().up.delay);
}

std::uint64_t ClientConnection::wireBytesBeside(Link& link) {
  const std::uint64_t onWire = link.transport().bytesSent();
  return onWire - std::min(onWire, link.writer().bytesSent());
}

// What a stream sends of its own (TLS handshakes, the frames of its records) counts as well; what it sent before there was a limit
// is nobody's debt.
void ClientConnection::noteHandshakeBytes(MonoTime now) {
  const auto note = [&](Link& link, std::uint64_t& noted, throttle::Flow* flow) {
    const auto added = wireBytesBeside(link);
    const auto before = std::exchange(noted, std::max(noted, added));
    if (flow != nullptr && added > before) flow->added(static_cast<std::size_t>(added - before), now);
  };
  note(client_, addedDown_, throttled_ ? &flows_->down : nullptr);
  if (upstream_) note(upstream_->link, addedUp_, throttled_ ? &flows_->up : nullptr);
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
