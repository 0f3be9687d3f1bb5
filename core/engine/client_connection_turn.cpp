// ClientConnection: how a turn ends. What is queued is sent, closing goes on, and the next events are asked for.
#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/engine/client_connection.h"
#include "core/engine/clock.h"

namespace sluice::engine {

using Phase = session::HttpSession::Phase;

// True when this made something new happen.
bool ClientConnection::flushToClient(Now now) {
  auto& writer = client_.writer();
  if (!writer.pending() || writer.failed()) return false;
  auto result = writer.flush(now.mono);
  if (result.status != pipe::OutputResult::Status::Failed) return !writer.pending() && headsWait();
  if (closing_ != Closing::No) return false;
  session_.clientFailed(std::move(result.error), now);
  return true;
}

// Whether a head may stand there that was not read while the client had not taken what was sent to it.
bool ClientConnection::headsWait() const {
  if (session_.readsClientHead()) return !clientRest_.bytes.empty() || client_.mayReceive();
  return session_.readsUpstreamHead() && upstream_ && upstream_->link.mayReceive();
}

bool ClientConnection::flushToUpstream(Now now) {
  if (!upstream_) return false;
  auto& writer = upstream_->link.writer();
  if (writer.failed()) return false;
  // A request relay sees a failure by itself; else it shows where the answer is read.
  if (writer.pending() && writer.flush(now.mono).status == pipe::OutputResult::Status::Failed) return true;
  if (writer.pending() || runs(requestRelay_) || session_.phase() == Phase::Connecting) return false;
  if (!std::exchange(requestSentTold_, true)) session_.requestSent(now);
  if (std::exchange(endUpstreamSending_, false)) upstream_->link.endSending();
  return false;
}

void ClientConnection::runClosing(Now now) {
  if (closing_ == Closing::Flushing) {
    const bool failed = client_.writer().failed();
    if (client_.writer().pending() && !failed) return;
    client_.endSending(farewell_);  // TLS says it also to who has gone
    if (failed) return close(net::CloseKind::Orderly);
    if (clientEnd_ == ClientEnd::Seen) {
      if (!client_.holdsBack()) close(net::CloseKind::Orderly);  // else once there is room for the farewell
      return;
    }
    // Closing with bytes unread would reset the connection and could destroy the answer on its way (RFC 9112 section 9.6).
    closing_ = Closing::Lingering;
    lingersUntil_ = now.mono + worker_.settings().timeouts.lingerInAll;
  }
  if (closing_ == Closing::Lingering) linger();
}

void ClientConnection::linger() {
  release(clientRest_);
  for (std::size_t thrownAway = 0; client_.mayReceive() && thrownAway < limits::kPipeTurnBytes;) {
    const auto result = receiveInto(clientRest_, client_);
    release(clientRest_);
    if (result.status == IoResult::Status::WouldBlock) return;
    if (result.status == IoResult::Status::End && client_.holdsBack()) {
      clientEnd_ = ClientEnd::Seen;
      closing_ = Closing::Flushing;
      return;
    }
    if (result.status != IoResult::Status::Ok) return close(net::CloseKind::Orderly);
    thrownAway += result.bytes;
  }
}

void ClientConnection::close(net::CloseKind kind) {
  if (closing_ == Closing::Closed) return;
  closing_ = Closing::Closed;
  noteMovement(readClocks());
  deadline_.clear();
  if (handshake_) handshake_->due.clear();
  tunnel_.cancel();
  client_.writer().discard();
  client_.transport().close(kind);
  if (openedTold_) worker_.sink()->record(capture::ConnectionClosed{id_, readClocks().wall});
  worker_.retire(*this);
}

void ClientConnection::noteMovement(Now now) {
  noteHandshakeBytes(now.mono);
  const auto& client = client_.transport();
  const auto up = client.bytesReceived();
  const auto down = client.bytesSent();
  std::uint64_t upstream = 0;
  if (upstream_) upstream = upstream_->link.transport().bytesReceived() + upstream_->link.transport().bytesSent();
  const bool moved = up != accountedUp_ || down != accountedDown_ || upstream != accountedUpstream_;
  const bool insideHead = session_.insideHead();
  // A head has its time as a whole, however slowly it trickles in.
  if (session_.phase() != lastPhase_ || insideHead != wasInsideHead_ || (moved && !insideHead)) lastMoved_ = now.mono;
  lastPhase_ = session_.phase();
  wasInsideHead_ = insideHead;

  auto& counters = worker_.mutableCounters();
  counters.bugsSurvived.store(bugCount());
  counters.bytesUp.add(up - accountedUp_);
  counters.bytesDown.add(down - accountedDown_);
  accountedUp_ = up;
  accountedDown_ = down;
  accountedUpstream_ = upstream;
}

// Whether somebody does not take what a body has for it.
bool ClientConnection::relaysAreStuck(MonoTime now) const {
  const auto isStuck = [&](const std::unique_ptr<Relay>& relay) { return runs(relay) && relay->wants(now).write; };
  return isStuck(requestRelay_) || isStuck(responseRelay_);
}

// None: what is waited for may take its time, as it may without us.
std::optional<Micros> ClientConnection::patience(MonoTime now) const {
  const auto& timeouts = worker_.settings().timeouts;
  if (closing_ == Closing::Lingering) return timeouts.linger;
  if (closing_ == Closing::Flushing) return timeouts.body;
  switch (session_.phase()) {
    case Phase::AwaitSocks:
    case Phase::AwaitRequest: return session_.insideHead() ? timeouts.requestHead : timeouts.clientIdle;
    case Phase::Connecting:  // the connector has its own limit
      return timeouts.connect * 2 + profile().roundTrip();
    case Phase::Sniff:
      if (sniffedBytes_ > 0) return timeouts.sniff;
      return std::nullopt;
    case Phase::SecureUpstream:
    case Phase::SecureClient: return timeouts.connect;
    case Phase::AwaitResponse:
      if (client_.writer().pending() || (upstream_ && upstream_->link.writer().pending())) return timeouts.body;
      [[fallthrough]];
    case Phase::RelayResponse:
      if (relaysAreStuck(now)) return timeouts.body;
      return std::nullopt;
    case Phase::Tunnel: return std::nullopt;
    case Phase::Closed: return timeouts.linger;
  }
  return timeouts.linger;
}

void ClientConnection::due() {
  if (const auto at = readClocks(); closesAt_ && at.mono >= *closesAt_) return closeAtRandom(at);
  if (heldBackUntil_) return turn();  // who is held back here has all the time
  // Who did not take all of its answer must not believe that it was all.
  if (closing_ != Closing::No) return close(client_.writer().pending() ? net::CloseKind::Abort : net::CloseKind::Orderly);
  const auto now = readClocks();
  const auto patience = this->patience(now.mono);
  if (!patience || now.mono < lastMoved_ + *patience) return turn();  // nothing is due but word of progress
  if (runs(responseRelay_) && responseRelay_->wants(now.mono).write) {
    responseRelay_->failSink({Code::IdleTimeout, Side::Client, 0, "the client takes no more of the response"});
  } else if (runs(requestRelay_) && requestRelay_->wants(now.mono).write) {
    requestRelay_->failSink({Code::IdleTimeout, Side::Upstream, 0, upstreamKey_ + " takes no more of the request"});
  } else if (securing_) {
    securing_.reset();
    session_.upstreamFailed({Code::IdleTimeout, Side::Upstream, 0, upstreamKey_ + " does not go on with the TLS handshake"}, now);
  } else {
    session_.timedOut(now);
  }
  turn();
}

void ClientConnection::arm(Now now) {
  armReads(now);
  client_.waitWritableIfBlocked(now.mono);
  if (upstream_) upstream_->link.waitWritableIfBlocked(now.mono);
  if (securing_) securing_->upstream->link.waitWritableIfBlocked(now.mono);
  auto due = MonoTime::max();
  if (const auto most = patience(now.mono)) due = lastMoved_ + *most;
  if (closing_ == Closing::Lingering) due = std::min(due, lingersUntil_);
  if (progressDue_) due = std::min(due, *progressDue_);
  heldBackUntil_ = heldBackUntil(now.mono);
  if (heldBackUntil_) {
    lastMoved_ = now.mono;
    due = std::min(due, *heldBackUntil_);
  }
  if (closesAt_) due = std::min(due, *closesAt_);
  if (due == MonoTime::max()) return deadline_.clear();
  deadline_.set(due);
}

void ClientConnection::armReads(Now now) {
  bool fromClient = closing_ == Closing::Lingering || watchesClient() || session_.sniffs() || session_.phase() == Phase::SecureClient ||
                    (session_.readsClientHead() && !client_.writer().pending());
  bool fromUpstream = session_.sniffs() || session_.phase() == Phase::SecureUpstream ||
                      (session_.readsUpstreamHead() && !client_.writer().pending());
  bool turnAgain = false;
  for (const Relay* relay : {requestRelay_.get(), responseRelay_.get()}) {
    if (relay == nullptr || !relay->active()) continue;
    const auto wants = relay->wants(now.mono);
    (relay == requestRelay_.get() ? fromClient : fromUpstream) |= wants.read;
    turnAgain = turnAgain || wants.turn;
  }
  if (tunnel_.rests()) {
    fromClient |= tunnel_.readsClient();
    fromUpstream |= tunnel_.readsUpstream();
  }
  const auto unsent = [&](Link& link) {
    return link.writer().pending() && !link.writer().failed() &&
           link.writer().readiness(now.mono) == pipe::OutputFilter::Readiness::Ready;
  };
  turnAgain = turnAgain || unsent(client_) || (upstream_ && unsent(upstream_->link));
  turnAgain = turnAgain || (closing_ == Closing::Lingering && client_.mayReceive());
  if (fromClient) client_.waitReadable();
  if (fromUpstream && upstream_) upstream_->link.waitReadable();
  if (securing_) securing_->upstream->link.waitReadable();
  if (turnAgain && !std::exchange(turnPosted_, true)) worker_.resumeLater(id_);
}

}  // namespace sluice::engine
