#include "core/engine/client_connection.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/codec/http1/local_response.h"
#include "core/engine/clock.h"
#include "core/engine/throttling.h"
#include "core/throttle/profile_json.h"
#include "platform/net/address.h"

namespace sluice::engine {

using Phase = session::HttpSession::Phase;

namespace {
constexpr Micros kProgressEvery = std::chrono::seconds(1);

std::string addressOf(const asio::ip::tcp::socket& socket) {
  std::error_code code;
  const auto endpoint = socket.remote_endpoint(code);
  return code ? std::string() : net::toText(endpoint);
}
}  // namespace

ClientConnection::ClientConnection(Worker& worker, asio::ip::tcp::socket socket, ConnectionId id,
                                   const std::string& listener, session::Entry entry)
    : worker_(worker),
      id_(id),
      listener_(listener),
      openedAt_(readClocks().wall),
      clientAddress_(addressOf(socket)),
      applied_(worker.throttling().appliedTo(listener_, {}, 0)),
      session_(worker, id, worker.records() ? session::HttpSession::Capture::On : session::HttpSession::Capture::Off,
               std::move(entry)),
      client_(std::move(socket), Side::Client, &worker.files()),
      deadline_(worker.loop(), [this] { due(); }) {}

ClientConnection::~ClientConnection() {
  for (auto* relay : {&requestRelay_, &responseRelay_}) {
    if (*relay) (*relay)->cancel();
    giveBack(*relay);
  }
  release(clientRest_);
  release(upstreamRest_);
}

void ClientConnection::start() {
  if (worker_.records()) tellOpened();
  client_.setDriver(this);
  slowDown(readClocks());
  turn();
}

void ClientConnection::stop() {
  session_.stop(readClocks());
  turn();
}

void ClientConnection::cut(std::string_view why) {
  const auto now = readClocks();
  session_.clientFailed({Code::Aborted, Side::Local, 0, std::string(why)}, now);
  carryOut(now);
  close(net::CloseKind::Abort);
}

ConnectionSnapshot ClientConnection::snapshot() const {
  ConnectionSnapshot now;
  now.connection = id_;
  now.phase = session_.phase();
  now.exchange = session_.exchange();
  now.openedAt = openedAt_;
  now.clientAddress = clientAddress_;
  now.listener = listener_;
  now.target = session_.target();
  if (identified_) {
    now.program = identified_->program;
    now.process = identified_->process;
  }
  now.exchanges = session_.exchanges();
  now.bytesUp = client_.transport().bytesReceived();
  now.bytesDown = client_.transport().bytesSent();
  if (ownLimit_) now.limit = throttle::toJson(ownLimit_->profile);
  return now;
}

void ClientConnection::resume() {
  turnPosted_ = false;
  turn();
}

// Everything that happens ends here: it is handled until nothing moves any more, then the next events are asked for.
void ClientConnection::turn() {
  if (inTurn_ || closing_ == Closing::Closed) return;
  inTurn_ = true;
  const auto now = readClocks();
  do {
    while (step(now)) {
    }
  } while (flushToClient(now) || flushToUpstream(now));
  runClosing(now);
  noteMovement(now);
  tellProgress(now);
  if (closing_ != Closing::Closed) arm(now);
  inTurn_ = false;
}

// One thing at a time: what the session wants because of it is done before the session hears of the next.
bool ClientConnection::step(Now now) {
  if (carryOut(now)) return true;
  if (reusable_) {
    attach(std::move(reusable_), MonoTime{}, now.mono, now);
    return true;
  }
  return shakeHands(now) || readClientHead(now) || readUpstreamHead(now) || sniff(now) || watchClient(now) || runRelays(now);
}

// --- Commands.

bool ClientConnection::carryOut(Now now) {
  session_.takeCommands(commands_);
  const bool any = !commands_.empty();
  for (auto& command : commands_) {
    std::visit([&](auto& each) { run(each, now); }, command);
  }
  commands_.clear();
  return any;
}

void ClientConnection::run(session::OpenUpstream& command, Now now) {
  const bool v6 = command.host.find(':') != std::string::npos;
  upstreamKey_ = (v6 ? "[" + command.host + "]" : command.host) + ":" + std::to_string(command.port);
  host_ = command.host;
  port_ = command.port;
  const bool opensTunnel = command.use == session::OpenUpstream::For::Bytes;  // nothing of it has been told yet
  if (opensTunnel && worker_.throttling().measures(host_, port_)) session_.leaveOut();
  useProfile(now);
  if (profile().offline) return goOffline(now);
  const auto* proxy = worker_.settings().route.proxyFor(command.host, command.port);
  // A proxy that speaks HTTP is given the requests themselves: one connection to it serves every host.
  const bool asProxy = proxy != nullptr && proxy->kind == UpstreamProxy::Kind::Http &&
                       command.use == session::OpenUpstream::For::Requests;
  poolKey_ = asProxy ? proxy->name() : poolKey(upstreamKey_, command.tls);
  proxyAuthorization_.reset();
  if (asProxy) proxyAuthorization_ = basicAuthorization(proxy->credentials);
  if (command.reuse == session::OpenUpstream::Reuse::Allowed) {
    const auto look = command.repeatable ? UpstreamPool::Look::AsItWas : UpstreamPool::Look::Again;
    const auto user = command.own ? id_ : ConnectionId{};
    auto& kept = worker_.upstreams();
    if (command.personal) reusable_ = kept.take(personalKey(poolKey_), look, user);
    if (!reusable_) reusable_ = kept.take(asProxy ? poolKey(upstreamKey_, command.tls) : poolKey_, look, user);
    if (!reusable_ && asProxy) reusable_ = kept.take(poolKey_, look, user);
    if (reusable_) return;
  }
  if (command.orStanding && worker_.upstreams().has(poolKey(upstreamKey_, command.orStanding))) return session_.upstreamStandsBy();
  connectTls_ = std::move(command.tls);
  connecting_ = std::make_unique<Connecting>(worker_.connectMeans(), asProxy ? proxy->host : std::move(command.host),
                                             asProxy ? proxy->port : command.port, asProxy ? nullptr : proxy,
                                             [this](Result<Connected> result) { roundTripLater(std::move(result)); });
}

// Ids are given once: nobody finds it who comes later.
std::string ClientConnection::personalKey(const std::string& key) const { return key + " of connection " + std::to_string(id_.value); }

void ClientConnection::run(session::SendToUpstream& command, Now) {
  upstream_->link.writer().appendOwned(std::move(command.bytes));
  upstream_->carried = true;
  upstream_->user = id_;
  requestSentTold_ = false;
}

void ClientConnection::run(session::SendToClient& command, Now now) {
  std::string body;
  if (command.headBytes < command.bytes.size()) {
    body = command.bytes.substr(command.headBytes);
    command.bytes.resize(command.headBytes);
  }
  if (command.bytes == http1::kConnectionEstablished) delayHandshakeAnswer();
  client_.writer().appendOwned(std::move(command.bytes));
  if (!body.empty()) client_.sendBody(std::move(body), now.mono);
}

void ClientConnection::run(session::RelayRequestBody& command, Now) {
  made(requestRelay_)
      .start(client_, upstream_->link, Side::Client, command.framing, clientRest_.bytes,
             pipeSettings(capture::Direction::Request), recorded(capture::Direction::Request));
}

void ClientConnection::run(session::RelayResponseBody& command, Now) {
  made(responseRelay_)
      .start(upstream_->link, client_, Side::Upstream, command.framing, upstreamRest_.bytes,
             pipeSettings(capture::Direction::Response), recorded(capture::Direction::Response));
}

void ClientConnection::run(session::OpenTunnel& command, Now) {
  Tunnel::Opening opening{clientRest_.bytes, upstreamRest_.bytes};
  if (command.webSocket && sink() != nullptr && worker_.settings().capturedBodyBytesMax > 0) {
    webSocket_ = std::make_unique<WebSocketWatch>(*sink(), session_.exchange(), *command.webSocket);
    opening.upWatcher = &webSocket_->fromClient();
    opening.downWatcher = &webSocket_->fromUpstream();
  }
  tunnel_.open(client_, upstream_->link, {made(requestRelay_), made(responseRelay_)}, opening,
               pipeSettings(capture::Direction::Request), pipeSettings(capture::Direction::Response));
}

void ClientConnection::endWebSocket() {
  if (auto watch = std::exchange(webSocket_, nullptr)) watch->finish();
}

void ClientConnection::run(session::EndUpstreamSending&, Now) { endUpstreamSending_ = true; }

void ClientConnection::run(session::EndUpstream& command, Now now) {
  connecting_.reset();
  if (handshake_) handshake_->due.clear();
  securing_.reset();
  if (tunnel_.isOpen()) {
    cutRequest_ = tunnel_.upTotals();
    cutResponse_ = tunnel_.downTotals();
  } else {
    if (runs(requestRelay_)) cutRequest_ = requestRelay_->totals();
    if (runs(responseRelay_)) cutResponse_ = responseRelay_->totals();
  }
  tunnel_.cancel();
  endWebSocket();
  for (auto* relay : {&requestRelay_, &responseRelay_}) {
    if (*relay) (*relay)->cancel();
    giveBack(*relay);
  }
  const bool clean = upstreamRest_.bytes.empty() && !endUpstreamSending_;
  release(upstreamRest_);
  endUpstreamSending_ = false;
  auto upstream = std::move(upstream_);
  if (!upstream) return;
  upstream->link.setDriver(nullptr);
  upstream->link.writer().setLimiter(nullptr);
  if (flows_) flows_->up.dropped();
  const auto& writer = upstream->link.writer();
  if (command.fate == session::EndUpstream::Fate::Reuse && clean && !writer.pending() && !writer.failed()) {
    if (command.personal && !upstream->personal) {
      upstream->personal = true;
      upstream->key = personalKey(upstream->key);
    }
    worker_.upstreams().put(std::move(upstream), now.mono);
  } else if (command.fate == session::EndUpstream::Fate::Abort) {
    upstream->link.transport().close(net::CloseKind::Abort);
  }
}

void ClientConnection::run(session::CloseClient& command, Now now) {
  using Kind = session::CloseClient::Kind;
  deadline_.clear();
  switch (command.kind) {
    case Kind::FlushThenEnd: farewell_ = Link::Farewell::Omit; [[fallthrough]];
    case Kind::FlushThenClose: closing_ = Closing::Flushing; return;
    case Kind::Abort: break;
  }
  if (!client_.writer().failed()) client_.writer().flush(now.mono);
  close(net::CloseKind::Abort);
}

void ClientConnection::run(session::Tell& command, Now now) {
  recordThrottling(command.record, now.mono);
  auto& open = worker_.mutableCounters().openExchanges;
  const bool begins = std::holds_alternative<capture::ExchangeStarted>(command.record);
  if (begins) open.add(1);
  if (auto* end = std::get_if<capture::ExchangeEnded>(&command.record)) {
    open.subtract(1);
    const auto cut = [](capture::BodyTotals& told, std::optional<capture::BodyTotals>& came) {
      if (!came) return;
      came->wireBytes += told.wireBytes;  // of the head
      told = *std::exchange(came, {});
    };
    cut(end->request, cutRequest_);
    cut(end->response, cutResponse_);
  }
  if (!begins && exchangeRefused_) return;
  tellOpened();
  const bool taken = worker_.sink()->record(std::move(command.record));
  if (begins) exchangeRefused_ = !taken;
}

// With its first exchange that is recorded, where recording was off before; with a later one, where it was refused.
void ClientConnection::tellOpened() {
  if (openedTold_) return;
  openedTold_ = worker_.sink()->record(capture::ConnectionOpened{id_, openedAt_, clientAddress_, listener_});
  if (openedTold_ && identified_) worker_.sink()->record(*identified_);
}

void ClientConnection::setRecording(bool on) {
  session_.setCapture(on ? session::HttpSession::Capture::On : session::HttpSession::Capture::Off);
}

// --- Upstream.

void ClientConnection::connected(Result<Connected> result) {
  const auto now = readClocks();
  connecting_.reset();
  if (!result) {
    session_.upstreamFailed(std::move(result.error()), now);
  } else {
    auto upstream = std::make_unique<Upstream>(std::move(result->socket), &worker_.files());
    upstream->key = poolKey_;
    upstream->user = id_;
    upstream->proxyAuthorization = proxyAuthorization_;
    upstream->address = upstream->link.transport().peerAddress();
    if (!connectTls_) {
      attach(std::move(upstream), result->resolvedAt, result->connectedAt, now);
    } else {
      upstream->link.setDriver(this);
      securing_ = {std::move(upstream), result->resolvedAt, result->connectedAt};
      beginUpstreamTls(*securing_->upstream, *connectTls_, now);
    }
  }
  turn();
}

void ClientConnection::attach(std::unique_ptr<Upstream> upstream, MonoTime resolvedAt, MonoTime connectedAt, Now now) {
  upstream_ = std::move(upstream);
  upstream_->link.setDriver(this);
  if (throttled_) upstream_->link.writer().setLimiter(&flows_->up);
  addedUp_ = wireBytesBeside(upstream_->link);
  accountedUpstream_ = 0;
  if (upstream_->tls && session_.isRecorded()) {
    auto seen = *upstream_->tls;
    if (upstream_->carried) seen.handshakeUs = -1;  // it belongs to an earlier exchange
    session_.upstreamTls(std::move(seen));
  }
  session_.upstreamOpened({upstream_->address, upstream_->kept, upstream_->carried, resolvedAt, connectedAt,
                           upstream_->proxyAuthorization},
                          now);
}


// --- Bodies and tunnels.

pipe::Settings ClientConnection::pipeSettings(capture::Direction direction) const {
  return withProfile(worker_.settings().pipe, profile(), direction);
}

Relay::Recorded ClientConnection::recorded(capture::Direction direction) const {
  return {sink(), session_.exchange(), direction, worker_.settings().capturedBodyBytesMax};
}

// It may live for days: what its first bytes came in does not stay as long, and where nothing moves it has no relays.
bool ClientConnection::runTunnel(Now now) {
  if (tunnel_.rests() && tunnel_.isCalled()) {
    tunnel_.wake({made(requestRelay_), made(responseRelay_)}, pipeSettings(capture::Direction::Request),
                 pipeSettings(capture::Direction::Response));
  }
  if (!tunnel_.run(now.mono)) {
    if (tunnel_.openingIsSent()) {
      release(clientRest_);
      release(upstreamRest_);
      commands_.shrink_to_fit();  // and with the next turn that of the session, which has these two in turn
    }
    if (tunnel_.mayRest()) {
      tunnel_.rest();
      giveBack(requestRelay_);
      giveBack(responseRelay_);
    }
    return false;
  }
  auto end = tunnel_.finish();
  endWebSocket();
  release(clientRest_);
  clientEnd_ = ClientEnd::Seen;
  session_.tunnelEnded(std::move(end), now);
  return true;
}

bool ClientConnection::runRelays(Now now) {
  if (tunnel_.isOpen()) return runTunnel(now);
  if (runs(requestRelay_)) requestRelay_->process(now.mono);
  if (requestRelay_ && requestRelay_->hasEnded()) {
    requestRelayEnded(now);
    return true;
  }
  if (runs(responseRelay_)) responseRelay_->process(now.mono);
  if (responseRelay_ && responseRelay_->hasEnded()) {
    responseRelayEnded(now);
    return true;
  }
  return false;
}

Relay& ClientConnection::made(std::unique_ptr<Relay>& relay) {
  if (relay && !relay->isIdle()) giveBack(relay);
  if (!relay) relay = worker_.takeRelay(id_);
  return *relay;
}

void ClientConnection::giveBack(std::unique_ptr<Relay>& relay) {
  if (relay) worker_.giveRelay(std::move(relay));
}

void ClientConnection::requestRelayEnded(Now now) {
  auto end = requestRelay_->finish();
  const auto excess = requestRelay_->takeExcess();
  release(clientRest_);
  clientRest_.text = excess;
  clientRest_.bytes = asBytes(clientRest_.text);
  // What stood before the end of the stream was the body: from here on it is looked for again.
  clientEnd_ = end.error.code == Code::EndedEarly ? ClientEnd::Seen : ClientEnd::Unseen;
  session_.requestBodyEnded(std::move(end), now);
}

void ClientConnection::responseRelayEnded(Now now) {
  auto end = responseRelay_->finish();
  release(upstreamRest_);
  session_.responseBodyEnded(std::move(end), now);
}

void ClientConnection::tellProgress(Now now) {
  progressDue_.reset();
  auto* sink = this->sink();
  if (sink == nullptr || (!tunnel_.isOpen() && !runs(requestRelay_) && !runs(responseRelay_))) return;
  const auto bytesOf = [](const std::unique_ptr<Relay>& relay) { return relay ? relay->totals().bytes : 0; };
  capture::ExchangeProgress progress{session_.exchange(), bytesOf(requestRelay_), bytesOf(responseRelay_)};
  if (tunnel_.isOpen()) progress = {session_.exchange(), tunnel_.upTotals().bytes, tunnel_.downTotals().bytes};
  if (progress == progressTold_) return;
  // Also what came just before a pause is told, when its time has come.
  if (now.mono - progressToldAt_ < kProgressEvery) {
    progressDue_ = progressToldAt_ + kProgressEvery;
    return;
  }
  progressToldAt_ = now.mono;
  progressTold_ = progress;
  sink->record(progress);
}

}  // namespace sluice::engine
