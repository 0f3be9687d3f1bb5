#include "core/session/http_session.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/codec/http1/chars.h"
#include "core/codec/http1/forward.h"
#include "core/codec/http1/local_response.h"
#include "core/codec/http1/target.h"
#include "core/session/sniffer.h"

namespace sluice::session {

using http1::Framing;
using http1::Persistence;
using http1::Target;

namespace {

// Whether it authenticates the connection that it comes over, and not only itself: NTLM, and Negotiate (RFC 4559 section 6).
// Whoever else is served over that connection would act in the user's name.
bool authenticatesConnection(const http1::Head& request) {
  const auto credentials = request.find(http1::FieldId::Authorization).value_or(std::string_view{});
  const auto scheme = credentials.substr(0, credentials.find(' '));
  return http1::equalsIgnoringCase(scheme, "NTLM") || http1::equalsIgnoringCase(scheme, "Negotiate");
}

// RFC 9110 section 9.2.2.
bool isIdempotent(std::string_view method) {
  constexpr std::string_view kMethods[] = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

}  // namespace

HttpSession::HttpSession(IdSource& ids, ConnectionId connection, Capture capture, Entry entry)
    : ids_(ids), connection_(connection), entry_(std::move(entry)), capture_(capture) {
  switch (entry_.kind) {
    case Entry::Kind::Regular: break;
    case Entry::Kind::Reverse: origin_ = entry_.origin; break;
    case Entry::Kind::Socks:
      socks_ = std::make_unique<socks5::ServerHandshake>(entry_.credentials);
      phase_ = Phase::AwaitSocks;
      break;
  }
}

void HttpSession::tell(capture::Record record) {
  if (recorded_) command(Tell{std::move(record)});
}

// --- The request.

std::size_t HttpSession::clientBytes(Bytes bytes, Now now) {
  SLUICE_ASSERT(readsClientHead());
  if (phase_ == Phase::AwaitSocks) return socksBytes(bytes, now);
  if (isReverse() && !std::exchange(tlsLookedFor_, true) && beginsTls(bytes)) {
    phase_ = Phase::Sniff;
    return 0;
  }
  auto fed = requestParser_.feed(bytes);
  if (!recording_ && requestParser_.started()) beginExchange(now);
  if (!fed) {
    requestInvalid(std::move(fed.error()), now);
    return bytes.size();
  }
  if (fed->state == http1::HeadParser::State::Done) requestComplete(now);
  return fed->consumed;
}

void HttpSession::beginExchange(Now now) {
  const auto id = spareExchange_ ? std::exchange(spareExchange_, {}) : ids_.nextExchangeId();
  recording_ = std::make_unique<Recording>(id, connection_, now);
  recorded_ = capture_ == Capture::On;
  exchanges_++;
  requestBody_ = RequestBody::None;
  clientPersistence_ = upstreamPersistence_ = Persistence::Close;
  tunnel_ = upgrade_ = upstreamOpen_ = upstreamKept_ = responseBegun_ = responseDone_ = tlsTold_ = false;
  if (!refusal_) upstreamTls_.reset();
  interimResponses_ = 0;
  responseFraming_ = {};
  responseParser_.reset();
}

void HttpSession::requestComplete(Now now) {
  const auto& head = requestParser_.head();
  recording_->requestHeadCame(head.raw().size());
  const auto target = http1::parseTarget(head.method(), head.target());
  auto to = destination(target ? &*target : nullptr);
  targetText_ = to.url;
  tunnel_ = target && target->form == Target::Form::Authority;
  if (tunnel_) {
    held_.emplace_back(recording_->started(std::move(to), head.raw()));
  } else {
    tellOf([&] { return recording_->started(std::move(to), head.raw()); });
  }
  if (!target) return failExchange(target.error(), now);
  target_ = *target;
  if (auto wrong = checkTarget(*target); wrong.code != Code::None) return failExchange(std::move(wrong), now);

  auto framing = http1::requestFraming(head);
  if (!framing) return failExchange(std::move(framing.error()), now);
  requestFraming_ = *framing;
  personal_ = personal_ || authenticatesConnection(head);
  if (!tunnel_ && requestFraming_.hasBody()) requestBody_ = RequestBody::Waiting;
  clientPersistence_ = http1::afterRequest(head);
  upgrade_ = head.find(http1::FieldId::Upgrade) && head.hasToken(http1::FieldId::Connection, "upgrade");
  if (tunnel_) tunnelTo_ = httpOrigin(std::string(target->authority.host), target->port);
  if (refusal_) return failExchange(*refusal_, now);
  if (isForUs(*target)) return answerOwnPage(*target, now);
  if (tunnel_) return openForTunnel(OpenedFor::Answer);
  phase_ = Phase::Connecting;
  openUpstream(OpenUpstream::Reuse::Allowed);
}

Destination HttpSession::destination(const Target* target) const {
  auto to = destinationOf(requestParser_.head(), target);
  if (!origin_ || target == nullptr || target->form == Target::Form::Authority) return to;
  if (target->form == Target::Form::Absolute && !isReverse()) return to;
  to.scheme = origin_->scheme == Origin::Scheme::Https ? "https" : "http";
  to.host = origin_->host;
  to.port = origin_->port;
  to.url = to.scheme + "://" + origin_->authority + to.path;
  return to;
}

Error HttpSession::checkTarget(const Target& target) const {
  if (origin_) {
    if (target.form == Target::Form::Origin || target.form == Target::Form::Asterisk) return {};
    // RFC 9112 section 3.2.2: a server accepts whole URLs too.
    if (isReverse() && target.form == Target::Form::Absolute) return {};
    return {Code::BadTarget, Side::Client, 0,
            std::string(isReverse() ? "on this reverse listener for " : "behind CONNECT ") + origin_->host + ":" +
                std::to_string(origin_->port) + " the request target must be a path"};
  }
  switch (target.form) {
    case Target::Form::Authority: return {};
    case Target::Form::Absolute:
      if (target.scheme == Target::Scheme::Http || target.scheme == Target::Scheme::Https) return {};
      return {Code::UnsupportedScheme, Side::Client, 0,
              "'" + std::string(target.schemeText) + "' in the request target: use CONNECT for anything but http and https"};
    case Target::Form::Origin:
    case Target::Form::Asterisk:
      return {Code::BadTarget, Side::Client, 0,
              "this is a proxy: the request target must be a whole URL such as http://host/path"};
  }
  return {};
}

// The head itself cannot be understood: the row shows the raw bytes, and the connection cannot go on.
void HttpSession::requestInvalid(Error error, Now now) {
  if (!recording_) beginExchange(now);
  recording_->requestHeadCame(requestParser_.head().raw().size());
  tell(recording_->started({}, requestParser_.head().raw()));
  failExchange(std::move(error), now);
}

void HttpSession::openUpstream(OpenUpstream::Reuse reuse) {
  OpenUpstream open{origin_ ? origin_->host : std::string(target_.authority.host), origin_ ? origin_->port : target_.port, reuse};
  if (clientSecure_ && !isReverse()) {
    open.tls = tls_;
  } else if (origin_ ? origin_->scheme == Origin::Scheme::Https : target_.scheme == Target::Scheme::Https) {
    open.tls = usualTls(open.host, open.port);
  }
  if (open.tls) open.use = OpenUpstream::For::Bytes;
  open.personal = personal_;
  open.repeatable = isRepeatable();
  open.own = !open.repeatable;
  command(std::move(open));
}

void HttpSession::upstreamOpened(OpenedUpstream upstream, Now now) {
  if (SLUICE_BUG(phase_ != Phase::Connecting)) return;
  upstreamOpen_ = true;
  upstreamKept_ = upstream.kept;
  proxyAuthorization_ = std::move(upstream.proxyAuthorization);
  recording_->upstreamOpened(std::move(upstream.address), upstream.reused, upstream.resolvedAt, upstream.connectedAt);
  if (tunnel_) return tunnelOpened(now);
  tellTls();
  sendRequest(now);
}

// A reverse listener's server is asked by its own name, which it may serve among others; a proxy is asked with whole URLs.
http1::Target HttpSession::forwardTarget() const {
  auto target = target_;
  const bool named = isReverse() || (proxyAuthorization_ && target.form != Target::Form::Absolute);
  if (!origin_ || !named) return target;
  target.form = Target::Form::Absolute;
  target.authority = {origin_->authority, origin_->host, origin_->port, origin_->host.find(':') != std::string::npos};
  target.port = origin_->port;
  return target;
}

void HttpSession::sendRequest(Now) {
  const auto& head = requestParser_.head();
  http1::ForwardOptions options;
  if (upgrade_) options.upgrade = http1::UpgradeField::Keep;
  if (proxyAuthorization_) {
    options.target = http1::TargetForm::Absolute;
    options.proxyAuthorization = *proxyAuthorization_;
  }
  options.te = http1::TeField::KeepTrailers;  // chunked bodies pass with their trailers
  std::string bytes;
  bytes.reserve(head.raw().size() + kAddedToHeads);
  http1::forwardRequestHead(head, forwardTarget(), options, bytes);
  command(SendToUpstream{std::move(bytes)});
  if (requestBody_ == RequestBody::Waiting) {
    requestBody_ = RequestBody::Running;
    command(RelayRequestBody{requestFraming_});
  } else if (clientEnded_) {
    command(EndUpstreamSending{});
  }
  responseParser_.reset();
  phase_ = Phase::AwaitResponse;
}

void HttpSession::requestSent(Now now) {
  if (recording_) recording_->requestSent(now.mono);
}

void HttpSession::requestBodyEnded(BodyEnd body, Now now) {
  if (SLUICE_BUG(requestBody_ != RequestBody::Running)) return;
  recording_->requestBodyEnded(body);
  requestBody_ = body.error.code == Code::None ? RequestBody::Done : RequestBody::Broken;
  if (requestBody_ == RequestBody::Broken) {
    upstreamPersistence_ = clientPersistence_ = Persistence::Close;
    // Who has closed its side may have answered before; who takes nothing has not read what it was asked.
    const bool mayHaveAnswered = body.error.side == Side::Upstream && body.error.code != Code::IdleTimeout;
    if (!mayHaveAnswered) return failExchange(std::move(body.error), now);
  }
  // The response came first and only this was still going on.
  if (phase_ == Phase::RelayResponse && responseDone_) exchangeDone(now);
}

// --- Tunnels.

// What the client says decides what to do with the server, and it says nothing before it has been answered. So CONNECT opens a
// connection, to answer with the truth; unless one stands that was secured as most clients will want it.
void HttpSession::openForTunnel(OpenedFor use) {
  openedFor_ = use;
  phase_ = Phase::Connecting;
  const auto& to = isReverse() ? entry_.origin : tunnelTo_;
  OpenUpstream open{to.host, to.port, OpenUpstream::Reuse::Never, OpenUpstream::For::Bytes};
  if (use == OpenedFor::Answer) open.orStanding = usualTls(to.host, to.port);
  if (use == OpenedFor::Tls) {
    open.reuse = OpenUpstream::Reuse::Allowed;
    open.tls = tls_;
  }
  command(std::move(open));
}

// As most clients would have it; addresses are not named (RFC 6066 section 3).
UpstreamTls HttpSession::usualTls(const std::string& host, std::uint16_t port) const {
  return {http1::isAddress(host) ? std::string() : host, host, verifies(ids_.interception(), host, port)};
}

void HttpSession::tunnelOpened(Now now) {
  switch (openedFor_) {
    case OpenedFor::Answer: return answerTunnel();
    case OpenedFor::Bytes: return openTunnel(now);
    case OpenedFor::Tls: break;
  }
  phase_ = Phase::SecureClient;
  command(SecureClient{clientName_, {}});
}

void HttpSession::upstreamStandsBy() {
  if (SLUICE_BUG(phase_ != Phase::Connecting || openedFor_ != OpenedFor::Answer)) return;
  answerTunnel();
}

void HttpSession::answerTunnel() {
  phase_ = Phase::Sniff;
  if (socks_) return answerSocks(socks5::Reply::Succeeded);
  command(SendToClient{std::string(http1::kConnectionEstablished)});
  held_.emplace_back(recording_->responseStarted(200, {}, http1::kConnectionEstablished));
}

void HttpSession::tunnelEnded(TunnelEnd tunnel, Now now) {
  if (SLUICE_BUG(phase_ != Phase::Tunnel)) return;
  recording_->requestBodyEnded({tunnel.up, {}, {}, false});
  recording_->responseBodyEnded({tunnel.down, {}, {}, false});
  const bool broken = tunnel.error.code != Code::None;
  command(EndUpstream{broken ? EndUpstream::Fate::Abort : EndUpstream::Fate::Close});
  upstreamOpen_ = false;
  endExchange(std::move(tunnel.error), now);
  close(broken ? CloseClient::Kind::Abort : CloseClient::Kind::FlushThenClose);
}

// --- What goes wrong.

void HttpSession::clientEnded(Now now) {
  clientEnded_ = true;
  switch (phase_) {
    case Phase::AwaitSocks:
      return socksRefused({Code::EndedEarly, Side::Client, 0, "the connection ended inside the SOCKS request"}, now);
    case Phase::AwaitRequest:
      if (!requestParser_.started()) return close(CloseClient::Kind::FlushThenClose);
      return requestInvalid({Code::EndedEarly, Side::Client, 0, "the connection ended inside the request head"}, now);
    case Phase::AwaitResponse:
    case Phase::RelayResponse:
      if (requestIsWhole()) command(EndUpstreamSending{});
      return;
    case Phase::Sniff: return sniffEnded(now);
    case Phase::SecureUpstream:  // seen again with the handshake
    case Phase::SecureClient:
    case Phase::Connecting:  // sent on together with the request
    case Phase::Tunnel:      // the tunnel's pipes see it themselves
    case Phase::Closed:
      return;
  }
}

void HttpSession::clientFailed(Error error, Now now) {
  if (phase_ == Phase::Closed) return;
  if (phase_ == Phase::AwaitSocks) return socksRefused(std::move(error), now);
  if (phase_ == Phase::AwaitRequest && !recording_) return close(CloseClient::Kind::Abort);
  // Many end without a close_notify, and with our session tickets unread, which makes it a reset.
  const bool justLeft = error.code == Code::TlsTruncated || error.code == Code::ConnectionReset;
  if (phase_ == Phase::Sniff && clientSecure_ && justLeft) return sniffEnded(now);
  if (phase_ == Phase::AwaitRequest) {
    recording_->requestHeadCame(requestParser_.head().raw().size());
    tell(recording_->started({}, requestParser_.head().raw()));
  }
  tellHeld();
  if (upstreamOpen_ || phase_ == Phase::Connecting) command(EndUpstream{EndUpstream::Fate::Close});
  upstreamOpen_ = false;
  endExchange(std::move(error), now);
  close(CloseClient::Kind::Abort);
}

bool HttpSession::isRepeatable() const {
  return requestBody_ == RequestBody::None && isIdempotent(requestParser_.head().method());
}

bool HttpSession::mayRetry() const {
  return phase_ == Phase::AwaitResponse && upstreamKept_ && !responseParser_.started() && interimResponses_ == 0 && isRepeatable();
}

void HttpSession::upstreamFailed(Error error, Now now) {
  const bool forTunnel = phase_ == Phase::Connecting && tunnel_;
  if (forTunnel && openedFor_ == OpenedFor::Bytes) return endUnused(std::move(error), now);
  const bool forTls = forTunnel && openedFor_ == OpenedFor::Tls;
  if (forTls || phase_ == Phase::SecureUpstream) return upstreamNotSecured(std::move(error));
  if (phase_ == Phase::Sniff) return upstreamFailedUnasked(std::move(error), now);
  if (phase_ != Phase::Connecting && phase_ != Phase::AwaitResponse) return;
  // A connection that was kept may have been closed by upstream while our request was on its way
  // (RFC 9112 section 9.3.1): asked once more on a new one, and only what may be asked twice.
  if (mayRetry()) {
    command(EndUpstream{EndUpstream::Fate::Close});
    upstreamOpen_ = false;
    phase_ = Phase::Connecting;
    return openUpstream(OpenUpstream::Reuse::Never);
  }
  failExchange(std::move(error), now);
}

void HttpSession::timedOut(Now now) {
  switch (phase_) {
    case Phase::AwaitSocks:
      return socksRefused({Code::IdleTimeout, Side::Client, 0, "the SOCKS request did not arrive in time"}, now);
    case Phase::AwaitRequest:
      if (!requestParser_.started()) return close(CloseClient::Kind::FlushThenClose);
      return requestInvalid({Code::IdleTimeout, Side::Client, 0, "the request head did not arrive in time"}, now);
    case Phase::AwaitResponse:
      return failExchange({Code::IdleTimeout, Side::Upstream, 0, "the request was not taken in time"}, now);
    case Phase::Sniff: return openTunnel(now);
    case Phase::SecureUpstream:
      return upstreamNotSecured({Code::IdleTimeout, Side::Upstream, 0, tls_.host + " does not go on with the TLS handshake"});
    case Phase::SecureClient:
      return clientNotSecured({Code::IdleTimeout, Side::Client, 0, "the client does not go on with the TLS handshake"}, now);
    case Phase::Connecting:     // the connector has its own limit
    case Phase::RelayResponse:  // so have pipes and tunnels
    case Phase::Tunnel:
    case Phase::Closed: return;
  }
}

void HttpSession::stop(Now now) {
  stopping_ = true;
  if (phase_ == Phase::Sniff || phase_ == Phase::SecureUpstream || phase_ == Phase::SecureClient) {
    return endUnused({}, now);
  }
  if (readsClientHead() && !insideHead()) close(CloseClient::Kind::FlushThenClose);
}

void HttpSession::failExchange(Error error, Now now) {
  tellHeld();
  const bool clientGone = error.side == Side::Client && error.code == Code::ConnectionReset;
  if (upstreamOpen_ || phase_ == Phase::Connecting) command(EndUpstream{EndUpstream::Fate::Close});
  upstreamOpen_ = false;
  if (clientGone || responseBegun_) {
    // Many servers end so. The client is given what it would have had without us, and judges for itself (RFC 9112 section 9.8).
    const bool endsUnconfirmed = error.side == Side::Upstream && error.code == Code::TlsTruncated &&
                                 responseFraming_.kind == Framing::Kind::UntilClose;
    endExchange(std::move(error), now);
    if (endsUnconfirmed) return close(CloseClient::Kind::FlushThenEnd);
    // A length or chunks show by themselves that the end is missing; only a reset can say so of the rest.
    const bool cutShows = responseFraming_.kind == Framing::Kind::Length || responseFraming_.kind == Framing::Kind::Chunked;
    const bool flush = !clientGone && (responseDone_ || cutShows);
    return close(flush ? CloseClient::Kind::FlushThenClose : CloseClient::Kind::Abort);
  }

  const bool keepClient = error.side != Side::Client && requestIsWhole() && !stopping_ && !clientEnded_ &&
                          clientPersistence_ == Persistence::KeepOpen;
  answerError(error, keepClient ? Persistence::KeepOpen : Persistence::Close);
  endExchange(std::move(error), now);
  if (!keepClient) return close(CloseClient::Kind::FlushThenClose);
  requestParser_.reset();
  phase_ = Phase::AwaitRequest;
}

void HttpSession::answerError(const Error& error, Persistence connection) {
  if (socks_) return answerSocks(socks5::replyFor(error));
  const auto body = requestParser_.head().method() == "HEAD" ? http1::BodyKind::Omit : http1::BodyKind::Send;
  const int status = http1::statusFor(error);
  auto bytes = http1::errorResponse(status, error, connection, body);
  const auto headBytes = bytes.find("\r\n\r\n") + 4;
  // Of a response that cannot be passed on, its own bytes tell more than the head of our answer.
  const auto head = responseParser_.started() ? responseParser_.head().raw() : std::string_view(bytes).substr(0, headBytes);
  tell(recording_->responseStarted(status, "text/plain; charset=utf-8", head));
  recording_->responseHeadCame(headBytes);
  if (const auto bodyBytes = bytes.size() - headBytes; bodyBytes > 0) {
    tell(capture::BodyChunk{recording_->exchange(), capture::Direction::Response, bytes.substr(headBytes)});
    recording_->responseBodyEnded({{bodyBytes, bodyBytes, bodyBytes}, {}, {}, false});
  }
  command(SendToClient{std::move(bytes), headBytes});
}

void HttpSession::endExchange(Error error, Now now) {
  if (!recording_) return;
  tellTls();
  tellOf([&] { return recording_->ended(std::move(error), now); });
  recording_.reset();
}

void HttpSession::close(CloseClient::Kind kind) {
  phase_ = Phase::Closed;
  command(CloseClient{kind});
}

}  // namespace sluice::session
