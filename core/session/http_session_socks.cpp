// HttpSession: how a connection begins that a SOCKS listener took. Once the client has said where it wants to go, it is as
// behind CONNECT.
#include <string>
#include <utility>

#include "core/base/assert.h"
#include "core/session/http_session.h"

namespace sluice::session {

std::size_t HttpSession::socksBytes(Bytes bytes, Now now) {
  const auto fed = socks_->feed(bytes);
  if (!recording_ && socks_->started()) beginExchange(now);
  if (auto replies = socks_->takeReplies(); !replies.empty()) command(SendToClient{std::move(replies)});
  switch (fed.state) {
    case socks5::ServerHandshake::State::NeedMore: return fed.consumed;
    case socks5::ServerHandshake::State::Requested: socksRequested(); return fed.consumed;
    case socks5::ServerHandshake::State::Refused: socksRefused(socks_->error(), now); return bytes.size();
  }
  return fed.consumed;
}

void HttpSession::socksRequested() {
  const auto& request = socks_->request();
  tunnelTo_ = httpOrigin(request.host, request.port);
  tunnel_ = true;
  recording_->requestHeadCame(socks_->raw().size());
  auto to = socksDestination();
  targetText_ = to.url;
  held_.emplace_back(recording_->started(std::move(to), socks_->raw()));
  openForTunnel(OpenedFor::Answer);
}

Destination HttpSession::socksDestination() const {
  Destination to;
  to.kind = capture::Kind::Tunnel;
  to.method = socks_->request().version == 4 ? "SOCKS4" : "SOCKS5";
  to.host = tunnelTo_.host;
  to.port = tunnelTo_.port;
  const bool v6 = to.host.find(':') != std::string::npos;
  to.url = (v6 ? "[" + to.host + "]" : to.host) + ":" + std::to_string(to.port);
  return to;
}

// The client has been told already, in the words of SOCKS, or is not there to be told: the row shows what it said.
void HttpSession::socksRefused(Error error, Now now) {
  if (!recording_) return close(CloseClient::Kind::FlushThenClose);
  Destination to;
  to.kind = capture::Kind::Tunnel;
  to.method = "SOCKS";
  recording_->requestHeadCame(socks_->raw().size());
  tell(recording_->started(std::move(to), socks_->raw()));
  endExchange(std::move(error), now);
  close(CloseClient::Kind::FlushThenClose);
}

void HttpSession::answerSocks(socks5::Reply reply) { command(SendToClient{socks_->reply(reply)}); }

}  // namespace sluice::session
