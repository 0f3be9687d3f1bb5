// Conversations on a reverse listener.
#include "core/session/http_session.h"

#include "tests/conversation/play.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using Fate = session::EndUpstream::Fate;
using Close = session::CloseClient::Kind;

namespace {
session::Entry reverse(std::uint16_t port = 8000) {
  return {session::Entry::Kind::Reverse, session::httpOrigin("origin.test", port), {}};
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
