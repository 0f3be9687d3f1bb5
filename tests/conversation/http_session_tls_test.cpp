// Conversations in which TLS begins behind CONNECT.
#include "tests/conversation/play.h"
#include "tests/support/test.h"
#include "tests/support/tls/hello.h"

using namespace sluice;
using namespace sluice::test;
using Fate = session::EndUpstream::Fate;
using Close = session::CloseClient::Kind;
using Reuse = session::OpenUpstream::Reuse;
using Phase = HttpSession::Phase;
using session::InterceptionPolicy;
using session::UpstreamTls;
using capture::ExchangeEnded;
using capture::ExchangeStarted;
using capture::TlsSeen;

namespace {

const std::string kHello = inRecords(helloMessage(serverName("www.a") + protocols(vectorOf("h2", 1) + vectorOf("http/1.1", 1))));
const UpstreamTls kToServer{"www.a", "www.a", true};
const std::string kGet = "GET /x HTTP/1.1\r\nHost: www.a\r\n\r\n";

Play behindConnect(InterceptionPolicy policy = {.intercept = true}) {
  return std::move(play()
      .under(std::move(policy))
      .in(clientBytes("CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"))
      .out(openUpstream("a", 443, Reuse::Never))
      .in(upstreamOpened())
      .out(sendToClient("HTTP/1.1 200 ")));
}

// Both handshakes are done.
Play secured() {
  return std::move(behindConnect()
      .in(firstBytes(kHello))
      .out(secureUpstream(kToServer))
      .in(upstreamTls("chain"))
      .in(upstreamSecured())
      .out(secureClient("www.a", ""))
      .in(clientSecured())
      .out());
}

// The server has not proved who it is, and the client has accepted a certificate that nobody should.
Play refused() {
  return std::move(behindConnect()
      .in(firstBytes(kHello))
      .out(secureUpstream(kToServer))
      .in(upstreamTls("bad chain"))
      .in(upstreamFailed(Code::TlsCertificateExpired))
      .out(endUpstream(Fate::Close), secureClient("www.a", "server certificate expired"))
      .in(clientSecured())
      .out());
}

// A connection that is secured for this host waits to be used again: none is opened for CONNECT.
Play standingBy(InterceptionPolicy policy = {.intercept = true}) {
  return std::move(play()
      .under(std::move(policy))
      .in(clientBytes("CONNECT www.a:443 HTTP/1.1\r\nHost: www.a:443\r\n\r\n"))
      .out(openUpstreamUnlessStanding("www.a", 443, kToServer))
      .in(upstreamStandsBy())
      .out(sendToClient("HTTP/1.1 200 "))
      .phase(Phase::Sniff));
}

}  // namespace

SLUICE_TEST(theServersHandshakeComesBeforeTheClients) {
  VERIFY_PLAY(behindConnect()
                  .in(firstBytes(kHello.substr(0, 60)))
                  .out()
                  .phase(Phase::Sniff)
                  .in(firstBytes(kHello))
                  .out(secureUpstream(kToServer))
                  .phase(Phase::SecureUpstream)
                  .in(upstreamSecured())
                  .out(secureClient("www.a", ""))
                  .phase(Phase::SecureClient)
                  .in(clientSecured())
                  .phase(Phase::Sniff));
}

SLUICE_TEST(requestsInsideTlsAreExchangesOfHttps) {
  VERIFY_PLAY(secured()
                  .in(firstBytes(kGet))
                  .out(endUpstream(Fate::Reuse))
                  .in(clientBytes(kGet))
                  .out(openSecureUpstream("a", 443, kToServer))
                  .recorded<ExchangeStarted>(
                      [](const auto& r) {
                        return r.exchange.value == 1 && r.url == "https://www.a/x" && r.scheme == "https" && r.port == 443;
                      },
                      "an https URL")
                  .in(upstreamTls("chain"))
                  .in(upstreamReused())
                  .out(sendToUpstream(kGet))
                  .recorded<TlsSeen>([](const auto& r) { return r.side == Side::Upstream && r.exchange.value == 1 && r.chain == "chain"; },
                                     "the chain")
                  .in(upstreamBytes("HTTP/1.1 204 No Content\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 204 "), endUpstream(Fate::Reuse))
                  .phase(Phase::AwaitRequest));
}

SLUICE_TEST(anythingElseInsideTlsIsATunnelOfPlaintext) {
  VERIFY_PLAY(secured().in(firstBytes("* OK IMAP\r\n")).out(openTunnel()).phase(Phase::Tunnel));
  VERIFY_PLAY(secured().in(sniffedEnough()).out(openTunnel()));
  VERIFY_PLAY(secured().in(firstBytes(kHello)).out(openTunnel()));  // TLS in TLS
}

SLUICE_TEST(whatIsNotToBeDecryptedIsATunnelWithTheReason) {
  const auto says = [](const char* words) {
    return [words](const TlsSeen& r) {
      return r.side == Side::Client && r.note.find(words) != std::string::npos && r.serverName == "www.a";
    };
  };
  VERIFY_PLAY(behindConnect({}).in(firstBytes(kHello)).out(openTunnel()).recorded<TlsSeen>(says("off"), "off"));
  VERIFY_PLAY(behindConnect({.intercept = true, .passThrough = {"*.a"}})
                  .in(firstBytes(kHello))
                  .out(openTunnel())
                  .recorded<TlsSeen>(says("'*.a'"), "on the list"));
  const auto onlyH2 = inRecords(helloMessage(serverName("www.a") + protocols(vectorOf("h2", 1))));
  VERIFY_PLAY(behindConnect().in(firstBytes(onlyH2)).out(openTunnel()).recorded<TlsSeen>(says("h2"), "h2 alone"));
  VERIFY_PLAY(behindConnect().in(firstBytes(inRecords("\x01\xff\xff\xff"))).out(openTunnel()));
}

SLUICE_TEST(withoutAServerNameTheHostOfConnectIsMeant) {
  VERIFY_PLAY(behindConnect({.intercept = true, .unverified = {"a:443"}})
                  .in(firstBytes(inRecords(helloMessage(""))))
                  .out(secureUpstream({"", "a", false}))
                  .in(upstreamSecured())
                  .out(secureClient("a", "")));
}

SLUICE_TEST(aServerThatFailsIsA502ForWhoLooksPastTheCertificate) {
  VERIFY_PLAY(refused()
                  .in(firstBytes(kGet))
                  .out()
                  .phase(Phase::AwaitRequest)
                  .in(clientBytes(kGet))
                  .out(sendToClient("HTTP/1.1 502 "))
                  .recorded<ExchangeStarted>([](const auto& r) { return r.url == "https://www.a/x" && r.exchange.value == 1; }, "https")
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::TlsCertificateExpired; }, "verdict")
                  .recorded<TlsSeen>([](const auto& r) { return r.chain == "bad chain"; }, "the certificate that failed")
                  .phase(Phase::AwaitRequest)
                  .in(clientBytes("POST /x HTTP/1.1\r\nHost: www.a\r\nContent-Length: 5\r\n\r\n"))
                  .out(sendToClient("HTTP/1.1 502 "), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(aServerThatFailsIsTheVerdictOfTheConnectRowToo) {
  const auto isVerdict = [](const ExchangeEnded& r) {
    return r.error.code == Code::TlsCertificateExpired && r.error.side == Side::Upstream;
  };
  const auto isConnect = [](const ExchangeStarted& r) { return r.kind == capture::Kind::Tunnel && r.url == "a:443"; };
  VERIFY_PLAY(behindConnect()
                  .in(firstBytes(kHello))
                  .out(secureUpstream(kToServer))
                  .in(upstreamTls("bad chain"))
                  .in(upstreamFailed(Code::TlsCertificateExpired))
                  .out(endUpstream(Fate::Close), secureClient("www.a", "server certificate expired"))
                  .in(clientNotSecured(Code::TlsClientDistrusts))
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<ExchangeStarted>(isConnect, "CONNECT")
                  .recorded<ExchangeEnded>(isVerdict, "verdict")
                  .recorded<TlsSeen>([](const auto& r) { return r.chain == "bad chain"; }, "the certificate that failed"));
  for (const auto& event : {clientEnded(), sniffedEnough(), firstBytes("raw\n")}) {
    VERIFY_PLAY(refused().in(event).out(closeClient(Close::FlushThenClose)).recorded<ExchangeEnded>(isVerdict, "verdict"));
  }
}

// TLS 1.3: the server's word on our missing certificate comes behind its handshake.
SLUICE_TEST(aServerThatWantsACertificateLateIsTheAnswerToWhatIsAsked) {
  VERIFY_PLAY(secured()
                  .in(upstreamFailed(Code::TlsClientCertificateWanted))
                  .out(endUpstream(Fate::Close))
                  .in(firstBytes(kGet))
                  .out()
                  .in(clientBytes(kGet))
                  .out(sendToClient("HTTP/1.1 502 "))
                  .recorded<ExchangeStarted>([](const auto& r) { return r.url == "https://www.a/x"; }, "the request")
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::TlsClientCertificateWanted; }, "its verdict"));
  VERIFY_PLAY(secured()
                  .in(upstreamFailed(Code::TlsClientCertificateWanted))
                  .out(endUpstream(Fate::Close))
                  .in(firstBytes("\x01\x02\x03"))
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<ExchangeStarted>([](const auto& r) { return r.method == "CONNECT"; }, "the tunnel")
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::TlsClientCertificateWanted; }, "its verdict"));
}

SLUICE_TEST(aServerThatBreaksBeforeAnythingIsAskedIsForTheTunnelToShow) {
  VERIFY_PLAY(secured().in(upstreamFailed(Code::ConnectionReset)).out(openTunnel()));
  VERIFY_PLAY(behindConnect().in(upstreamFailed(Code::ConnectionReset)).out(openTunnel()));
}

SLUICE_TEST(aClientThatFailsIsARowWithItsVerdict) {
  VERIFY_PLAY(behindConnect()
                  .in(firstBytes(kHello))
                  .out(secureUpstream(kToServer))
                  .in(upstreamSecured())
                  .out(secureClient("www.a", ""))
                  .in(clientNotSecured(Code::TlsClientDistrusts))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose))
                  .recorded<ExchangeStarted>([](const auto& r) { return r.kind == capture::Kind::Tunnel; }, "CONNECT")
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::TlsClientDistrusts; }, "verdict"));
}

SLUICE_TEST(aClientThatLooksAndGoesIsTakenForAPinningOne) {
  VERIFY_PLAY(secured()
                  .in(clientEnded())
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose))
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::TlsClientPinned; }, "pinned"));
  VERIFY_PLAY(secured()
                  .in(clientFailed(Code::TlsTruncated))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose))
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::TlsClientPinned; }, "pinned"));
  // A connection made in advance and never used.
  VERIFY_PLAY(secured()
                  .later(std::chrono::seconds(10))
                  .in(clientFailed(Code::TlsTruncated))
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose))
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::None; }, "unused"));
}

SLUICE_TEST(handshakesThatDoNotGoOnEnd) {
  VERIFY_PLAY(behindConnect()
                  .in(firstBytes(kHello))
                  .out(secureUpstream(kToServer))
                  .in(timedOut())
                  .out(endUpstream(Fate::Close), secureClient("www.a", "timed out"))
                  .in(timedOut())
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<ExchangeEnded>(
                      [](const auto& r) { return r.error.code == Code::IdleTimeout && r.error.side == Side::Upstream; },
                      "the server's fault"));
  VERIFY_PLAY(behindConnect()
                  .in(firstBytes(kHello))
                  .out(secureUpstream(kToServer))
                  .in(stopped())
                  .out(endUpstream(Fate::Close), closeClient(Close::FlushThenClose)));
}

SLUICE_TEST(wholeUrlsOfHttpsGoOverTls) {
  VERIFY_PLAY(play()
                  .in(clientBytes("GET https://a/x HTTP/1.1\r\nHost: a\r\n\r\n"))
                  .out(openSecureUpstream("a", 443, {"a", "a", true}))
                  .in(upstreamOpened())
                  .out(sendToUpstream("GET /x HTTP/1.1\r\nHost: a\r\n\r\n")));
}

SLUICE_TEST(aConnectionThatStandsServesTheNextClientToo) {
  VERIFY_PLAY(standingBy()
                  .in(firstBytes(kHello))
                  .out(openSecureUpstream("www.a", 443, kToServer))
                  .in(upstreamTls("chain"))
                  .in(upstreamReused())
                  .out(secureClient("www.a", ""))
                  .in(clientSecured())
                  .out()
                  .in(firstBytes(kGet))
                  .out(endUpstream(Fate::Reuse))
                  .in(clientBytes(kGet))
                  .out(openSecureUpstream("www.a", 443, kToServer)));
}

SLUICE_TEST(aServerThatHasGoneMeanwhileIsARefusal) {
  VERIFY_PLAY(standingBy()
                  .in(firstBytes(kHello))
                  .out(openSecureUpstream("www.a", 443, kToServer))
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(endUpstream(Fate::Close), secureClient("www.a", "connection refused"))
                  .in(clientSecured())
                  .in(firstBytes(kGet))
                  .out()
                  .in(clientBytes(kGet))
                  .out(sendToClient("HTTP/1.1 502 ")));
}

SLUICE_TEST(whatIsNoTlsOpensItsConnectionWhenItComes) {
  VERIFY_PLAY(standingBy()
                  .in(firstBytes(std::string("\x00\x01\x02", 3)))
                  .out(openUpstream("www.a", 443, Reuse::Never))
                  .in(upstreamOpened())
                  .out(openTunnel())
                  .recorded<ExchangeStarted>([](const auto& r) { return r.kind == capture::Kind::Tunnel; }, "the row"));
  VERIFY_PLAY(standingBy()
                  .in(firstBytes(std::string("\x00\x01\x02", 3)))
                  .out(openUpstream("www.a", 443, Reuse::Never))
                  .in(upstreamFailed(Code::ConnectionRefused))
                  .out(closeClient(Close::FlushThenClose))
                  .recorded<ExchangeEnded>([](const auto& r) { return r.error.code == Code::ConnectionRefused; }, "its end"));
  VERIFY_PLAY(standingBy({.intercept = false}).in(firstBytes(kHello)).out(openUpstream("www.a", 443, Reuse::Never)));
  VERIFY_PLAY(standingBy().in(timedOut()).out(openUpstream("www.a", 443, Reuse::Never)).in(upstreamOpened()).out(openTunnel()));
  VERIFY_PLAY(standingBy().in(firstBytes(kGet)).out().in(clientBytes(kGet)).out(openUpstream("www.a", 443)));
}

SLUICE_TEST(whoLeavesBeforeItSaysAnythingOpensNothing) {
  VERIFY_PLAY(standingBy().in(clientEnded()).out(closeClient(Close::FlushThenClose)).recorded<ExchangeEnded>(
      [](const auto& r) { return r.error.code == Code::None; }, "its end"));
  VERIFY_PLAY(standingBy().in(stopped()).out(closeClient(Close::FlushThenClose)));
}
