// Conversations that go well.
#include "core/session/http_session.h"

#include "tests/conversation/play.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using Fate = session::EndUpstream::Fate;
using Close = session::CloseClient::Kind;
using Reuse = session::OpenUpstream::Reuse;
using Phase = HttpSession::Phase;

namespace {
const std::string kGet = "GET http://a/x?y HTTP/1.1\r\nHost: a\r\n\r\n";
const std::string kPost = "POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n";
// CONNECT was answered, and nothing was said since.
Play behindConnect(const std::string& authority, std::uint16_t port) {
  return std::move(play()
      .in(clientBytes("CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n\r\n"))
      .out(openUpstream("a", port, Reuse::Never))
      .in(upstreamOpened())
      .out(sendToClient("HTTP/1.1 200 ")));
}

}  // namespace

SLUICE_TEST(relaysAGetAndKeepsBothConnections) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET /x?y HTTP/1.1\r\nHost: a\r\n\r\n"))
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"),
                       relayResponseBody(http1::Framing::ofLength(3)))
                  .in(responseBodyEnded(3))
                  .out(endUpstream(Fate::Reuse))
                  .phase(Phase::AwaitRequest)
                  .recorded<capture::ExchangeEnded>(
                      [](const auto& r) { return r.error.code == Code::None && r.response.bytes == 3; }, "complete"));
}

SLUICE_TEST(aBodilessResponseEndsTheExchangeAtOnce) {
  VERIFY_PLAY(play()
                  .in(clientBytes("HEAD http://a/ HTTP/1.1\r\nHost: a\r\n\r\n"))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("HEAD / HTTP/1.1\r\n"))
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\n"), endUpstream(Fate::Reuse))
                  .phase(Phase::AwaitRequest));
}

SLUICE_TEST(relaysARequestBodyWhileTheResponseIsAwaited) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kPost))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("POST / HTTP/1.1\r\n"), relayRequestBody(http1::Framing::ofLength(5)))
                  .phase(Phase::AwaitResponse)
                  .in(requestBodyEnded(5))
                  .out()
                  .in(upstreamBytes("HTTP/1.1 204 No Content\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 204 "), endUpstream(Fate::Reuse))
                  .recorded<capture::ExchangeEnded>([](const auto& r) { return r.request.bytes == 5; }, "5 bytes up"));
}

SLUICE_TEST(opensATunnel) {
  VERIFY_PLAY(behindConnect("a:443", 443)
                  .in(firstBytes("GE"))
                  .out()
                  .phase(Phase::Sniff)
                  .in(firstBytes("GELT"))
                  .out()
                  .in(firstBytes("GELT\n"))
                  .out(openTunnel())
                  .in(tunnelEnded(7, 9))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeEnded>(
                      [](const auto& r) { return r.request.bytes == 7 && r.response.bytes == 9; }, "bytes each way"));
}

SLUICE_TEST(whoeverSpeaksFirstBehindConnectOrNotAtAllGetsATunnel) {
  VERIFY_PLAY(behindConnect("a:25", 25).in(sniffedEnough()).out(openTunnel()).phase(Phase::Tunnel));
  VERIFY_PLAY(behindConnect("a:25", 25).in(timedOut()).out(openTunnel()).phase(Phase::Tunnel));
  VERIFY_PLAY(behindConnect("a:25", 25).in(clientEnded()).out(openTunnel()).phase(Phase::Tunnel));
}

SLUICE_TEST(requestsBehindConnectAreExchangesWithItsServer) {
  VERIFY_PLAY(behindConnect("a:8080", 8080)
                  .in(firstBytes("GET /x HTTP/1.1\r\n"))
                  .out(endUpstream(Fate::Reuse))
                  .phase(Phase::AwaitRequest)
                  .in(clientBytes("GET /x?y HTTP/1.1\r\nHost: other\r\n\r\n"))
                  .out(openUpstream("a", 8080))
                  .in(upstreamReused())
                  .out(sendToUpstream("GET /x?y HTTP/1.1\r\nHost: other\r\n\r\n"))
                  .recorded<capture::ExchangeStarted>(
                      [](const auto& r) {
                        return r.exchange.value == 1 && r.kind == capture::Kind::Http && r.url == "http://a:8080/x?y" &&
                               r.host == "a" && r.port == 8080 && r.path == "/x?y" && r.scheme == "http";
                      },
                      "the first row is the request's, with the URL behind CONNECT")
                  .in(upstreamBytes("HTTP/1.1 204 No Content\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 204 "), endUpstream(Fate::Reuse))
                  .in(clientBytes("OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"))
                  .out(openUpstream("a", 8080))
                  .recorded<capture::ExchangeStarted>([](const auto& r) { return r.exchange.value == 2; }, "its own row"));
}

SLUICE_TEST(whatIsMeantForAnotherServerDoesNotGoBehindConnect) {
  for (const char* request : {"GET http://b/ HTTP/1.1\r\nHost: b\r\n\r\n", "CONNECT b:443 HTTP/1.1\r\nHost: b\r\n\r\n"}) {
    VERIFY_PLAY(behindConnect("a:80", 80)
                    .in(firstBytes("GET / HTTP/1.1\r\n"))
                    .out(endUpstream(Fate::Reuse))
                    .in(clientBytes(request))
                    .out(sendToClient("HTTP/1.1 400 "), closeClient(Close::FlushThenClose)));
  }
}

SLUICE_TEST(aConnectThatCameToNothingIsARowAllTheSame) {
  const auto isConnect = [](const capture::ExchangeStarted& r) { return r.kind == capture::Kind::Tunnel && r.url == "a:443"; };
  VERIFY_PLAY(behindConnect("a:443", 443)
                  .in(stopped())
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeStarted>(isConnect, "the row of the CONNECT"));
  VERIFY_PLAY(behindConnect("a:443", 443)
                  .in(clientFailed(Code::ConnectionReset))
                  .out(endUpstream(Fate::Close), closeClient(Close::Abort))
                  .recorded<capture::ExchangeStarted>(isConnect, "the row of the CONNECT")
                  .recorded<capture::ExchangeEnded>([](const auto& r) { return r.error.code == Code::ConnectionReset; },
                                                    "how it ended"));
}

SLUICE_TEST(saysWhichRequestsMayBeAskedTwice) {
  const auto opens = [](bool repeatable) {
    return [repeatable](const session::Command& command) {
      const auto* open = std::get_if<session::OpenUpstream>(&command);
      return open != nullptr && open->repeatable == repeatable ? std::string() : std::string("openUpstream, repeatable or not");
    };
  };
  VERIFY_PLAY(play().in(clientBytes(kGet)).out(opens(true)));
  VERIFY_PLAY(play().in(clientBytes("POST http://a/ HTTP/1.1\r\nHost: a\r\n\r\n")).out(opens(false)));
  VERIFY_PLAY(play().in(clientBytes("PUT http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n")).out(opens(false)));
}

SLUICE_TEST(asksOnceMoreWhenAKeptConnectionTurnsOutDead) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamReused())
                  .out(sendToUpstream("GET "))
                  .in(upstreamFailed(Code::EndedEarly))
                  .out(endUpstream(Fate::Close), openUpstream("a", 80, Reuse::Never))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "))
                  .in(upstreamFailed(Code::EndedEarly))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 "))
                  .phase(Phase::AwaitRequest));
}

SLUICE_TEST(neverAsksAPostTwice) {
  VERIFY_PLAY(play()
                  .in(clientBytes("POST http://a/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n"))
                  .out(openUpstream("a", 80))
                  .in(upstreamReused())
                  .out(sendToUpstream("POST "))
                  .in(upstreamFailed(Code::EndedEarly))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 ")));
}

SLUICE_TEST(aHalfClosedClientStillGetsItsResponse) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(clientEnded())
                  .out()
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "), endUpstreamSending())
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\n"), endUpstream(Fate::Close), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(stoppingClosesAnIdleConnectionAndLetsARunningExchangeEnd) {
  VERIFY_PLAY(play().in(stopped()).out(closeClient(Close::FlushThenClose)));
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(stopped())
                  .out()
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "))
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                       endUpstream(Fate::Reuse), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aClientOfHttp11StaysWhenUpstreamSpeaksHttp10) {
  VERIFY_PLAY(play()
                  .in(clientBytes(kGet))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET "))
                  .in(upstreamBytes("HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n"))
                  .out(sendToClient("HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\n"),
                       relayResponseBody(http1::Framing::ofLength(3)))
                  .in(responseBodyEnded(3))
                  .out(endUpstream(Fate::Close))
                  .phase(Phase::AwaitRequest));
}

SLUICE_TEST(aClientOfHttp10IsToldThatItsConnectionCloses) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://a/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET / HTTP/1.0\r\nHost: a\r\n\r\n"))
                  .in(upstreamBytes("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.0 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
                       endUpstream(Fate::Close), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(whoAcceptsTrailersIsHeardUpstream) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://a/ HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n"))
                  .out(openUpstream("a", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nConnection: TE\r\n\r\n")));
}
