// HttpSession: upstream's answer, from its first byte to the end of the exchange.
#include <optional>
#include <string>
#include <utility>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/codec/http1/chars.h"
#include "core/codec/http1/forward.h"
#include "core/session/http_session.h"

namespace sluice::session {

using http1::Framing;
using http1::Persistence;

namespace {

// What a 101 response has switched to, if that is WebSocket (RFC 6455 section 4.2.2).
std::optional<OpenTunnel::WebSocket> webSocketOf(const http1::Head& head) {
  if (!head.hasToken(http1::FieldId::Upgrade, "websocket")) return std::nullopt;
  std::string extensions;
  for (std::size_t i = 0; i < head.fieldCount(); ++i) {
    const auto field = head.field(i);
    if (!http1::equalsIgnoringCase(field.name, "Sec-WebSocket-Extensions")) continue;
    extensions.append(extensions.empty() ? "" : ", ").append(field.value);
  }
  return OpenTunnel::WebSocket{websocket::acceptedDeflate(extensions)};
}

}  // namespace

std::size_t HttpSession::upstreamBytes(Bytes bytes, Now now) {
  SLUICE_ASSERT(readsUpstreamHead());
  if (!bytes.empty()) recording_->responseBegan(now.mono);
  std::size_t consumed = 0;
  while (phase_ == Phase::AwaitResponse && consumed < bytes.size()) {
    auto fed = responseParser_.feed(bytes.subspan(consumed));
    if (!fed) {
      failExchange(std::move(fed.error()), now);
      return bytes.size();
    }
    consumed += fed->consumed;
    if (fed->state == http1::HeadParser::State::NeedMore) break;
    responseHead(now);
  }
  return consumed;
}

void HttpSession::responseHead(Now now) {
  const auto& head = responseParser_.head();
  recording_->responseHeadCame(head.raw().size());
  if (head.status() == 101) return switchProtocols(now);
  if (head.status() < 200) return interimResponse(now);

  auto framing = http1::responseFraming(head, requestParser_.head().method());
  if (!framing) return failExchange(std::move(framing.error()), now);
  recording_->responseHeadCame(now.mono);
  tellOf([&] { return recording_->responseStarted(head.status(), head.contentType(), head.raw()); });
  finalResponse(*framing);
  if (!framing->hasBody()) responseDone(now);
}

void HttpSession::interimResponse(Now now) {
  if (++interimResponses_ > limits::kInterimResponsesMax) {
    return failExchange({Code::BadResponse, Side::Upstream, 0,
                         "over " + std::to_string(limits::kInterimResponsesMax) + " interim responses to one request"},
                        now);
  }
  // An HTTP/1.0 client does not know 1xx (RFC 9110 section 15.2).
  if (!requestParser_.head().version().is10()) {
    std::string bytes;
    http1::forwardResponseHead(responseParser_.head(), {}, bytes);
    command(SendToClient{std::move(bytes)});
  }
  responseParser_.reset();
}

void HttpSession::switchProtocols(Now now) {
  const auto& head = responseParser_.head();
  if (!upgrade_) {
    return failExchange({Code::BadResponse, Side::Upstream, 0, "101 Switching Protocols was not asked for"}, now);
  }
  // The client speaks the other protocol only behind its whole request (RFC 9110 section 7.8).
  if (!requestIsWhole()) {
    return failExchange({Code::BadResponse, Side::Upstream, 0, "101 Switching Protocols came before the request's end"},
                        now);
  }
  recording_->responseHeadCame(now.mono);
  tell(recording_->responseStarted(head.status(), head.contentType(), head.raw()));
  std::string bytes;
  http1::forwardResponseHead(head, {http1::ConnectionField::Unsaid, http1::UpgradeField::Keep}, bytes);
  command(SendToClient{std::move(bytes)});
  responseBegun_ = true;
  phase_ = Phase::Tunnel;
  command(OpenTunnel{webSocketOf(head)});
}

void HttpSession::finalResponse(const Framing& framing) {
  const auto& head = responseParser_.head();
  // Persistence was set to Close when the request body broke.
  if (requestBody_ != RequestBody::Broken) upstreamPersistence_ = http1::afterResponse(head, framing);
  if (framing.kind == Framing::Kind::UntilClose || stopping_ || clientEnded_) clientPersistence_ = Persistence::Close;
  // Upstream closes without having read the request: nobody will read the rest of it.
  if (requestBody_ == RequestBody::Running && upstreamPersistence_ == Persistence::Close) {
    clientPersistence_ = Persistence::Close;
  }

  http1::ForwardOptions options;
  if (clientPersistence_ == Persistence::Close) {
    options.connection = http1::ConnectionField::Close;
  } else if (head.version().is10()) {
    options.connection = http1::ConnectionField::KeepAlive;  // of itself, HTTP/1.0 would say that we close
  }
  std::string bytes;
  bytes.reserve(head.raw().size() + kAddedToHeads);
  http1::forwardResponseHead(head, options, bytes);
  command(SendToClient{std::move(bytes)});
  responseBegun_ = true;
  responseFraming_ = framing;
  phase_ = Phase::RelayResponse;
  if (framing.hasBody()) command(RelayResponseBody{framing});
}

void HttpSession::responseBodyEnded(BodyEnd body, Now now) {
  if (SLUICE_BUG(phase_ != Phase::RelayResponse)) return;
  recording_->responseBodyEnded(body);
  if (body.error.code != Code::None) return failExchange(std::move(body.error), now);
  if (body.excess) upstreamPersistence_ = Persistence::Close;
  responseDone(now);
}

void HttpSession::responseDone(Now now) {
  responseDone_ = true;
  // The request body goes on to its end when both sides want to keep their connections for more.
  if (requestBody_ == RequestBody::Running && clientPersistence_ == Persistence::KeepOpen) return;
  exchangeDone(now);
}

void HttpSession::exchangeDone(Now now) {
  const bool reuse = upstreamPersistence_ == Persistence::KeepOpen && requestIsWhole() && !clientEnded_;
  const bool keepClient = clientPersistence_ == Persistence::KeepOpen && requestIsWhole() && !stopping_ && !clientEnded_;
  command(EndUpstream{reuse ? EndUpstream::Fate::Reuse : EndUpstream::Fate::Close, personal_});
  upstreamOpen_ = false;
  endExchange({}, now);
  if (!keepClient) return close(CloseClient::Kind::FlushThenClose);
  requestParser_.reset();
  phase_ = Phase::AwaitRequest;
}

}  // namespace sluice::session
