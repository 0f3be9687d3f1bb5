// Conversations on a SOCKS listener.
#include "core/session/http_session.h"

#include "tests/conversation/play.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using namespace std::string_literals;
using Fate = session::EndUpstream::Fate;
using Close = session::CloseClient::Kind;
using Reuse = session::OpenUpstream::Reuse;
using Phase = HttpSession::Phase;

namespace {

session::Entry socks() { return {session::Entry::Kind::Socks, {}, {}}; }

const std::string kHello = "\x05\x01\x00"s;
const std::string kRequest = "\x05\x01\x00\x03\x04host\x00\x50"s;
const std::string kStands = "\x05\x00\x00\x01\0\0\0\0\0\0"s;

Play askedSocks() {
  return std::move(play(socks())
      .in(clientBytes(kHello))
      .out(sendToClient("\x05\x00"s))
      .in(clientBytes(kRequest))
      .out(openUpstream("host", 80, Reuse::Never)));
}

}  // namespace

SLUICE_TEST(socksOpensATunnel) {
  VERIFY_PLAY(askedSocks()
                  .in(upstreamOpened())
                  .out(sendToClient(kStands))
                  .phase(Phase::Sniff)
                  .in(firstBytes("SSH-2.0\r\n"))
                  .out(openTunnel())
                  .recorded<capture::ExchangeStarted>(
                      [](const auto& r) {
                        return r.kind == capture::Kind::Tunnel && r.method == "SOCKS5" && r.url == "host:80" && r.host == "host" &&
                               r.port == 80 && r.requestHead == kHello + kRequest;
                      },
                      "the tunnel's row")
                  .in(tunnelEnded(3, 4))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(httpBehindSocksIsExchanges) {
  VERIFY_PLAY(askedSocks()
                  .in(upstreamOpened())
                  .out(sendToClient(kStands))
                  .in(firstBytes("GET /x HTTP/1.1\r\nHost: host\r\n\r\n"))
                  .out(endUpstream(Fate::Reuse))
                  .in(clientBytes("GET /x HTTP/1.1\r\nHost: host\r\n\r\n"))
                  .out(openUpstream("host", 80))
                  .recorded<capture::ExchangeStarted>(
                      [](const auto& r) { return r.kind == capture::Kind::Http && r.url == "http://host/x"; }, "the exchange's row")
                  .in(upstreamReused())
                  .out(sendToUpstream("GET /x HTTP/1.1\r\nHost: host\r\n\r\n"))
                  .in(upstreamBytes("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 404 "), endUpstream(Fate::Reuse))
                  // From here on, what fails is told in the words of HTTP.
                  .in(clientBytes("GET /y HTTP/1.1\r\nHost: host\r\n\r\n"))
                  .out(openUpstream("host", 80))
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(endUpstream(Fate::Close), sendToClient("HTTP/1.1 502 ")));
}

SLUICE_TEST(aSocksClientIsToldThatItsUpstreamFailed) {
  VERIFY_PLAY(askedSocks()
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(endUpstream(Fate::Close), sendToClient("\x05\x05\x00\x01\0\0\0\0\0\0"s), closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeEnded>([](const auto& r) { return r.error.code == Code::ConnectionRefused; }, "why"));
}

SLUICE_TEST(aSocksRequestThatIsRefusedIsARow) {
  VERIFY_PLAY(play(socks())
                  .in(clientBytes(kHello + "\x05\x02\x00\x03\x04host\x00\x50"s))
                  .out(sendToClient("\x05\x00\x05\x07"s), closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeStarted>(
                      [](const auto& r) { return r.kind == capture::Kind::Tunnel && r.requestHead.starts_with(kHello + "\x05\x02"); },
                      "the raw bytes")
                  .recorded<capture::ExchangeEnded>(
                      [](const auto& r) { return r.error.code == Code::BadSocks && r.error.detail.find("BIND") != std::string::npos; },
                      "why"));
  VERIFY_PLAY(play(socks())
                  .in(clientBytes("GET / HTTP/1.1\r\n\r\n"))
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeEnded>([](const auto& r) { return r.error.code == Code::BadSocks; }, "why"));
}

SLUICE_TEST(aSocksClientThatGoesAwayOrStaysSilent) {
  VERIFY_PLAY(play(socks()).in(clientEnded()).out(closeClient(Close::FlushThenClose)));
  VERIFY_PLAY(play(socks()).in(timedOut()).out(closeClient(Close::FlushThenClose)));
  VERIFY_PLAY(play(socks()).in(stopped()).out(closeClient(Close::FlushThenClose)));
  const auto ended = [](Code code) {
    return [code](const capture::ExchangeEnded& r) { return r.error.code == code; };
  };
  VERIFY_PLAY(play(socks())
                  .in(clientBytes("\x05"))
                  .out()
                  .in(clientEnded())
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeEnded>(ended(Code::EndedEarly), "ended early"));
  VERIFY_PLAY(play(socks())
                  .in(clientBytes("\x05"))
                  .out()
                  .in(timedOut())
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<capture::ExchangeEnded>(ended(Code::IdleTimeout), "timed out"));
  VERIFY_PLAY(askedSocks()
                  .in(clientFailed(Code::ConnectionReset))
                  .out(endUpstream(Fate::Close), closeClient(Close::Abort))
                  .recorded<capture::ExchangeStarted>([](const auto& r) { return r.url == "host:80"; }, "where to")
                  .recorded<capture::ExchangeEnded>(ended(Code::ConnectionReset), "reset"));
}
