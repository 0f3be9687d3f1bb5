// Conversations with the proxy's own host.
#include "tests/conversation/play.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using Close = session::CloseClient::Kind;
using Phase = HttpSession::Phase;

SLUICE_TEST(theOwnHostIsAnsweredHereAndRecorded) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://Sluice.Proxy/ca?x HTTP/1.1\r\nHost: sluice.proxy\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n"))
                  .phase(Phase::AwaitRequest)
                  .recorded<capture::BodyChunk>([](const auto& r) { return r.bytes == "page /ca?x"; }, "the page")
                  .recorded<capture::ExchangeEnded>(
                      [](const auto& r) { return r.error.code == Code::None && r.response.bytes == 10; }, "complete"));
}

SLUICE_TEST(aRequestWithABodyToTheOwnHostEndsTheConnection) {
  VERIFY_PLAY(play()
                  .in(clientBytes("POST http://sluice.proxy/ HTTP/1.1\r\nHost: sluice.proxy\r\nContent-Length: 3\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 200 OK\r\n"), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(theOwnHostOverTlsOrElsewhereIsAnyHost) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET http://sluice.proxy.example/ HTTP/1.1\r\nHost: x\r\n\r\n"))
                  .out(openUpstream("sluice.proxy.example", 80)));
}
