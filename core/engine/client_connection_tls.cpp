// ClientConnection: TLS handshakes with upstream and with the client.
#include <utility>

#include "core/engine/client_connection.h"
#include "core/engine/clock.h"

namespace sluice::engine {

using Phase = session::HttpSession::Phase;
using Progress = tls::Session::Progress;

namespace {

Error unavailable() { return {Code::TlsFailed, Side::Local, 0, "TLS is not set up in this engine"}; }

}  // namespace

// Connections over TLS are kept apart by whom they are secured for.
std::string poolKey(const std::string& address, const std::optional<session::UpstreamTls>& tls) {
  if (!tls) return address;
  return address + " tls " + tls->serverName + " " + tls->host + (tls->verify ? " verified" : " any");
}

void ClientConnection::run(session::SecureUpstream& command, Now now) {
  beginUpstreamTls(*upstream_, command.tls, now);
}

void ClientConnection::beginUpstreamTls(Upstream& upstream, const session::UpstreamTls& to, Now now) {
  auto session = worker_.tls() == nullptr ? Result<std::unique_ptr<tls::Session>>(fail(unavailable()))
                                          : worker_.tls()->toServer(upstreamKey_, to);
  if (!session) return session_.upstreamFailed(std::move(session.error()), now);
  upstream.key = poolKey(upstreamKey_, to);
  upstream.link.beginTls(std::move(*session), {});
  handshakeSince_ = now.mono;
}

void ClientConnection::run(session::SecureClient& command, Now now) {
  if (worker_.tls() == nullptr) return session_.clientNotSecured(unavailable(), now);
  const auto host = command.host.empty() ? client_.transport().localHost() : command.host;
  auto session = worker_.tls()->toClient(host, command.refusal, now.wall);
  if (!session) return session_.clientNotSecured(std::move(session.error()), now);
  clientTls_ = std::move(*session);
}

bool ClientConnection::shakeHands(Now now) {
  if (securing_) return shakeHandsWithNewUpstream(now);
  if (session_.phase() == Phase::SecureUpstream && upstream_) return shakeHandsWithUpstream(now);
  return session_.phase() == Phase::SecureClient && shakeHandsWithClient(now);
}

// A connection of its own that a request needs; the session hears of it once it is secure.
bool ClientConnection::shakeHandsWithNewUpstream(Now now) {
  const auto progress = securing_->upstream->link.handshake();
  if (progress == Progress::WantsInput) return false;
  auto opened = std::move(*securing_);
  securing_.reset();
  opened.upstream->tls = seenOf(*opened.upstream->link.tls(), now.mono - handshakeSince_);
  if (progress == Progress::Done) {
    attach(std::move(opened.upstream), opened.resolvedAt, opened.connectedAt, now);
    return true;
  }
  session_.upstreamTls(*opened.upstream->tls);
  session_.upstreamFailed(opened.upstream->link.tls()->error(), now);
  return true;
}

bool ClientConnection::shakeHandsWithUpstream(Now now) {
  const auto progress = upstream_->link.handshake();
  if (progress == Progress::WantsInput) return false;
  upstream_->tls = seenOf(*upstream_->link.tls(), now.mono - handshakeSince_);
  session_.upstreamTls(*upstream_->tls);
  if (progress == Progress::Done) {
    session_.upstreamSecured(now);
  } else {
    session_.upstreamFailed(upstream_->link.tls()->error(), now);
  }
  return true;
}

bool ClientConnection::shakeHandsWithClient(Now now) {
  if (clientTls_) {
    if (client_.writer().pending()) return false;  // the answer to CONNECT
    handshakeSince_ = now.mono;
    client_.beginTls(std::move(clientTls_), clientRest_.bytes);
    release(clientRest_);
    sniffedBytes_ = 0;  // what is sniffed next is what comes inside, which may be here before this turn ends
  }
  const auto progress = client_.handshake();
  if (progress == Progress::WantsInput) return false;
  session_.clientTls(seenOf(*client_.tls(), now.mono - handshakeSince_));
  if (progress == Progress::Done) {
    session_.clientSecured(now);
  } else {
    session_.clientNotSecured(client_.tls()->error(), now);
  }
  return true;
}

}  // namespace sluice::engine
