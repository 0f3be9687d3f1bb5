// Conversations on a reverse listener.
#include "core/session/http_session.h"

#include "tests/conversation/play.h"
#include "tests/support/test.h"
#include "tests/support/tls/hello.h"

using namespace sluice;
using namespace sluice::test;
using Fate = session::EndUpstream::Fate;
using Close = session::CloseClient::Kind;

namespace {
session::Entry reverse(std::uint16_t port = 8000) {
  return {session::Entry::Kind::Reverse, session::httpOrigin("origin.test", port), {}};
}

const std::string kHello = inRecords(helloMessage(serverName("www.a") + protocols(vectorOf("http/1.1", 1))));
const session::UpstreamTls kToServer{"origin.test", "origin.test", true};
const std::string kGet = "GET /x HTTP/1.1\r\nHost: www.a\r\n\r\n";

Play secureReverse(bool intercept = true) {
  return std::move(play({session::Entry::Kind::Reverse, session::httpsOrigin("origin.test", 443, "origin.test"), {}})
      .under({.intercept = intercept})
      .in(clientBytes(kHello))
      .out()
      .in(firstBytes(kHello.substr(0, 20)))
      .out()
      .in(firstBytes(kHello))
      .out(intercept ? openSecureUpstream("origin.test", 443, kToServer)
                     : openUpstream("origin.test", 443, session::OpenUpstream::Reuse::Never)));
}
}  // namespace

SLUICE_TEST(aReverseListenerAsksItsServerByItsName) {
  VERIFY_PLAY(play(reverse())
                  .in(clientBytes("GET /x?y HTTP/1.1\r\nhOST: 127.0.0.1:9000\r\nA: b\r\n\r\n"))
                  .out(openUpstream("origin.test", 8000))
                  .recorded<capture::ExchangeStarted>(
                      [](const auto& r) { return r.url == "http://origin.test:8000/x?y" && r.host == "origin.test" && r.port == 8000; },
                      "the row")
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET /x?y HTTP/1.1\r\nhOST: origin.test:8000\r\nA: b\r\n\r\n"))
                  .in(upstreamBytes("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"), endUpstream(Fate::Reuse))
                  .in(clientBytes("OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n"))
                  .out(openUpstream("origin.test", 8000))
                  .in(upstreamReused())
                  .out(sendToUpstream("OPTIONS * HTTP/1.1\r\nHost: origin.test:8000\r\n\r\n")));
}

SLUICE_TEST(aReverseListenerTakesWholeUrlsAsAServerMust) {
  VERIFY_PLAY(play(reverse(80))
                  .in(clientBytes("GET http://elsewhere/x HTTP/1.1\r\nHost: elsewhere\r\n\r\n"))
                  .out(openUpstream("origin.test", 80))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET /x HTTP/1.1\r\nHost: origin.test\r\n\r\n")));
}

SLUICE_TEST(aReverseListenerOpensNoTunnels) {
  VERIFY_PLAY(play(reverse())
                  .in(clientBytes("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 400 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(tlsOnAReverseListenerOfHttpsIsAsBehindConnect) {
  VERIFY_PLAY(secureReverse()
                  .in(upstreamOpened())
                  .out(secureClient("www.a", ""))
                  .in(clientSecured())
                  .out()
                  .in(firstBytes(kGet))
                  .out(endUpstream(Fate::Reuse))
                  .in(clientBytes(kGet))
                  .out(openSecureUpstream("origin.test", 443, kToServer))
                  .recorded<capture::ExchangeStarted>([](const auto& r) { return r.url == "https://origin.test/x"; }, "the only row")
                  .in(upstreamReused())
                  .out(sendToUpstream("GET /x HTTP/1.1\r\nHost: origin.test\r\n\r\n")));
}

SLUICE_TEST(tlsOnAReverseListenerOfHttpEndsThereWhateverThePolicy) {
  VERIFY_PLAY(play(reverse())
                  .under({.intercept = false})
                  .in(clientBytes(kHello))
                  .out()
                  .in(firstBytes(kHello))
                  .out(secureClient("www.a", ""))
                  .in(clientSecured())
                  .out()
                  .in(firstBytes("\x01\x02"))  // a malformed request, as it would be without TLS
                  .out()
                  .in(clientBytes("\x01\x02\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 400 "), closeClient(Close::FlushThenClose)));
  VERIFY_PLAY(play(reverse())
                  .in(clientBytes(kHello))
                  .in(firstBytes(kHello))
                  .out(secureClient("www.a", ""))
                  .in(clientSecured())
                  .in(firstBytes(kGet))
                  .out()
                  .in(clientBytes(kGet))
                  .out(openUpstream("origin.test", 8000)));
}

SLUICE_TEST(aServerThatCannotBeReachedIsARefusalInsideTls) {
  VERIFY_PLAY(secureReverse()
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(endUpstream(Fate::Close), secureClient("www.a", "connection refused"))
                  .in(clientSecured())
                  .in(firstBytes(kGet))
                  .out()
                  .in(clientBytes(kGet))
                  .out(sendToClient("HTTP/1.1 502 ")));
}

SLUICE_TEST(tlsThatIsNotToBeDecryptedGoesOnToTheServer) {
  VERIFY_PLAY(secureReverse(false).in(upstreamOpened()).out(openTunnel()).recorded<capture::ExchangeStarted>(
      [](const auto& r) { return r.kind == capture::Kind::Tunnel && r.method == "TLS" && r.url == "origin.test:443"; }, "the row"));
  VERIFY_PLAY(secureReverse(false)
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeEnded>([](const auto& r) { return r.error.code == Code::ConnectionRefused; }, "its end"));
}

SLUICE_TEST(whatOnlyBeginsLikeTlsIsAMalformedRequest) {
  VERIFY_PLAY(play(reverse())
                  .in(clientBytes("\x16zzz\r\n\r\n"))
                  .out()
                  .in(firstBytes("\x16zzz\r\n\r\n"))
                  .out()
                  .in(clientBytes("\x16zzz\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 400 "), closeClient(Close::FlushThenClose)));
}
