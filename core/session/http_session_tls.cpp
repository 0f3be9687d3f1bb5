// HttpSession: what comes behind CONNECT or SOCKS, and TLS there. The server's handshake comes first, for what it shows
// decides what the client may see: a certificate of our CA only for a server that has proved who it is.
//
// A client of a server that has not gets a certificate that nobody trusts, made for the purpose. So it fails, as it would
// have failed without us, and can be told why: its certificate error shows the reason, and who looks past such errors
// (curl -k) is answered with a 502 that says it in full.
#include <utility>

#include "core/base/assert.h"
#include "core/codec/tls/client_hello.h"
#include "core/session/http_session.h"
#include "core/session/sniffer.h"

namespace sluice::session {
namespace {

// Programs that pin certificates shake hands, look, and go. Connections made in advance stay longer.
constexpr Micros kLooksAndGoes = std::chrono::seconds(2);

}  // namespace

void HttpSession::firstBytes(Bytes bytes, Now now) {
  if (SLUICE_BUG(!sniffs())) return;
  sniffedAny_ = true;
  switch (sniff(bytes)) {
    case Sniffed::NeedMore: return;
    case Sniffed::Http1: return enterOrigin();
    case Sniffed::Tls: return clientSecure_ ? openTunnel(now) : tlsBegins(bytes, now);
    case Sniffed::Raw: return openTunnel(now);
  }
}

void HttpSession::sniffedEnough(Now now) {
  if (SLUICE_BUG(!sniffs())) return;
  openTunnel(now);
}

// The client has ended before it said anything that can be told.
void HttpSession::sniffEnded(Now now) {
  if (!upstreamOpen_ && !sniffedAny_ && !refusal_) return endUnused({}, now);  // it has said nothing, so nobody needs to hear it
  if (!clientSecure_ || sniffedAny_ || refusal_) return openTunnel(now);
  if (now.mono - securedAt_ > kLooksAndGoes) return endUnused({}, now);
  endUnused({Code::TlsClientPinned, Side::Client, 0,
             "the client closed the connection right after the TLS handshake, without a request: programs that pin certificates "
             "do so; let this host pass through"},
            now);
}

void HttpSession::openTunnel(Now now) {
  if (refusal_) return endUnused(*refusal_, now);
  if (isReverse() && !passes_) return enterOrigin();  // HTTP is all that its server is asked for
  if (!upstreamOpen_) return openForTunnel(OpenedFor::Bytes);
  tellHeld();
  tellTls();
  phase_ = Phase::Tunnel;
  requestParser_.release();
  command(OpenTunnel{});
}

// What CONNECT asked for came to nothing: its row says why.
void HttpSession::endUnused(Error error, Now now) {
  tellHeld();
  if (upstreamOpen_) command(EndUpstream{EndUpstream::Fate::Close});
  upstreamOpen_ = false;
  endExchange(std::move(error), now);
  close(CloseClient::Kind::FlushThenClose);
}

// The connection that stands already serves the first request, by way of those that are kept.
void HttpSession::enterOrigin() {
  if (!isReverse()) origin_ = tunnelTo_;
  if (clientSecure_ && !isReverse()) {
    // Of a server that was asked for by its address, people know the name.
    origin_ = httpsOrigin(tunnelTo_.host, tunnelTo_.port, tls_.serverName.empty() ? tunnelTo_.host : tls_.serverName);
  }
  socks_.reset();
  if (upstreamOpen_) command(EndUpstream{EndUpstream::Fate::Reuse});
  upstreamOpen_ = false;
  held_.clear();
  if (recording_) {
    spareExchange_ = recording_->exchange();
    recording_.reset();
    exchanges_--;
  }
  requestParser_.reset();
  phase_ = Phase::AwaitRequest;
}

void HttpSession::tellHeld() {
  for (auto& record : std::exchange(held_, {})) tell(std::move(record));  // its memory goes too: a tunnel may stay for days
}

// --- TLS.

void HttpSession::tlsBegins(Bytes bytes, Now now) {
  auto hello = tls::parseClientHello(bytes);
  if (!hello) return openTunnel(now);  // whatever it is, the server is there to judge it
  if (!*hello) return;
  const auto& policy = ids_.interception();
  const auto& name = (*hello)->serverName.empty() ? tunnelTo_.host : (*hello)->serverName;
  const auto& to = isReverse() ? entry_.origin : tunnelTo_;
  auto reason = reasonToPass(policy, **hello, isReverse() ? to.host : name, to.port);
  if (isReverse()) return tlsBeginsInReverse((*hello)->serverName, std::move(reason), now);
  if (!reason.empty()) {
    notePassing((*hello)->serverName, std::move(reason));
    return openTunnel(now);
  }
  tls_ = {(*hello)->serverName, name, verifies(policy, name, tunnelTo_.port)};
  clientName_ = name;
  if (!upstreamOpen_) return openForTunnel(OpenedFor::Tls);
  phase_ = Phase::SecureUpstream;
  command(SecureUpstream{tls_});
}

void HttpSession::notePassing(const std::string& serverName, std::string reason) {
  capture::TlsSeen seen;
  seen.side = Side::Client;
  seen.serverName = serverName;
  seen.note = std::move(reason);
  clientTls(std::move(seen));
}

// Whoever speaks TLS to a reverse listener means its server. Where that speaks TLS too, it is as behind CONNECT; where it does
// not, nobody but us can decrypt, so the client's TLS ends here whatever the policy says.
void HttpSession::tlsBeginsInReverse(std::string serverName, std::string reason, Now now) {
  const auto& to = entry_.origin;
  beginExchange(now);
  tunnel_ = true;
  Destination shown;
  shown.kind = capture::Kind::Tunnel;
  shown.method = "TLS";
  shown.host = to.host;
  shown.port = to.port;
  shown.url = targetText_ = (to.host.find(':') != std::string::npos ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
  held_.emplace_back(recording_->started(std::move(shown), {}));
  clientName_ = std::move(serverName);
  if (to.scheme == Origin::Scheme::Http) {
    phase_ = Phase::SecureClient;
    return command(SecureClient{clientName_, {}});
  }
  passes_ = !reason.empty();
  if (passes_) notePassing(clientName_, std::move(reason));
  tls_ = usualTls(to.host, to.port);
  openForTunnel(passes_ ? OpenedFor::Bytes : OpenedFor::Tls);
}

void HttpSession::upstreamTls(capture::TlsSeen seen) {
  seen.side = Side::Upstream;
  upstreamTls_ = std::make_unique<capture::TlsSeen>(std::move(seen));
}

void HttpSession::clientTls(capture::TlsSeen seen) {
  seen.side = Side::Client;
  clientTls_ = std::make_unique<capture::TlsSeen>(std::move(seen));
}

void HttpSession::upstreamSecured(Now) {
  if (SLUICE_BUG(phase_ != Phase::SecureUpstream)) return;
  phase_ = Phase::SecureClient;
  command(SecureClient{clientName_, {}});
}

void HttpSession::upstreamNotSecured(Error error) {
  command(EndUpstream{EndUpstream::Fate::Close});
  upstreamOpen_ = false;
  phase_ = Phase::SecureClient;
  command(SecureClient{clientName_, describe(error)});
  refusal_ = std::make_unique<const Error>(std::move(error));
}

// In TLS 1.3 the server judges our certificate, or that we have none, once the handshake is over for us
// (RFC 8446 section 4.4.2.4): who asks nothing yet is told when it does. What else breaks is for the tunnel to show.
void HttpSession::upstreamFailedUnasked(Error error, Now now) {
  if (!clientSecure_ || error.code != Code::TlsClientCertificateWanted) return openTunnel(now);
  command(EndUpstream{EndUpstream::Fate::Close});
  upstreamOpen_ = false;
  refusal_ = std::make_unique<const Error>(std::move(error));
}

void HttpSession::clientSecured(Now now) {
  if (SLUICE_BUG(phase_ != Phase::SecureClient)) return;
  clientSecure_ = true;
  sniffedAny_ = false;
  securedAt_ = now.mono;
  phase_ = Phase::Sniff;
}

void HttpSession::clientNotSecured(Error error, Now now) {
  if (phase_ != Phase::SecureClient) return;
  endUnused(refusal_ ? *refusal_ : std::move(error), now);
}

// Each side once for each exchange. The handshakes belong to the first exchange on their connections.
void HttpSession::tellTls() {
  if (!recording_ || std::exchange(tlsTold_, true)) return;
  for (auto* seen : {&clientTls_, &upstreamTls_}) {
    if (!*seen) continue;
    (*seen)->exchange = recording_->exchange();
    tell(**seen);
    (*seen)->handshakeUs = -1;
  }
}

}  // namespace sluice::session
