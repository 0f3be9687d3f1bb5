// Conversations about what upstream answers.
#include "core/session/http_session.h"

#include "tests/conversation/play.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using Fate = session::EndUpstream::Fate;
using Close = session::CloseClient::Kind;
using Phase = HttpSession::Phase;

namespace {
const std::string kGet = "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
}  // namespace

SLUICE_TEST(passesInterimResponsesOn) {
  VERIFY_PLAY(play()
                  .in(clientBytes("POST http://a/ HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n"))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("POST / HTTP/1.1\r\n"), relayRequestBody(http1::Framing::ofLength(5)))
                  .in(upstreamBytes("HTTP/1.1 100 Continue\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 100 Continue\r\n\r\n"))
                  .in(requestBodyEnded(5))
                  .out()
                  .in(upstreamBytes("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 103 "), sendToClient("HTTP/1.1 200 "), endUpstream(Fate::Reuse)));
}

SLUICE_TEST(anEarlyResponseWaitsForTheRequestBody) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kPost))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("POST "), relayRequestBody(http1::Framing::ofLength(5)))
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 "))
                  .in(requestBodyEnded(5))
                  .out(endUpstream(Fate::Reuse))
                  .phase(Phase::AwaitRequest));
}

SLUICE_TEST(anEarlyResponseThatClosesEndsTheRequestBody) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kPost))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("POST "), relayRequestBody(http1::Framing::ofLength(5)))
                  .in(upstreamBytes("HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 413 Too Large\r\n"), endUpstream(Fate::Close),
                       closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aBodyUntilCloseClosesTheClientToo) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "))
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"),
                       relayResponseBody(http1::Framing::untilClose()))
                  .in(responseBodyEnded(10))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(excessBehindAResponseForbidsReuse) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "))
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 "), relayResponseBody(http1::Framing::ofLength(3)))
                  .in(responseBodyEnded(3, {}, true))
                  .out(endUpstream(Fate::Close))
                  .phase(Phase::AwaitRequest));
}

SLUICE_TEST(interimResponsesAreKeptFromAClientOfHttp10) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://a/ HTTP/1.0\r\n\r\n"))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "))
                  .in(upstreamBytes("HTTP/1.1 103 Early Hints\r\n\r\n"))
                  .out()
                  .phase(Phase::AwaitResponse));
}

namespace {
Play upgraded(const std::string& fields) {
  return std::move(play()
      .in(clientBytes("GET http://a/ HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"))
      .out(openUpstream("a", 80))
      .in(upstreamOpened())
      .out(sendToUpstream("GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n"))
      .in(upstreamBytes("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n" + fields + "\r\n")));
}
}  // namespace

SLUICE_TEST(switchesProtocolsWhenAsked) {
  VERIFY_PLAY(upgraded("Upgrade: x\r\n").out(sendToClient("HTTP/1.1 101 "), openTunnel()).phase(Phase::Tunnel));
}

SLUICE_TEST(knowsAWebSocketAndItsCompression) {
  VERIFY_PLAY(upgraded("Upgrade: WebSocket\r\n").out(sendToClient("HTTP/1.1 101 "), openWebSocket({})));
  VERIFY_PLAY(upgraded("Upgrade: websocket\r\nsec-websocket-extensions: permessage-deflate; client_no_context_takeover\r\n")
                  .out(sendToClient("HTTP/1.1 101 "), openWebSocket(websocket::Deflate{false, true})));
  VERIFY_PLAY(upgraded("Upgrade: websocket\r\nSec-WebSocket-Extensions: other\r\nSec-WebSocket-Extensions: permessage-deflate\r\n")
                  .out(sendToClient("HTTP/1.1 101 "), openWebSocket({})));
}
