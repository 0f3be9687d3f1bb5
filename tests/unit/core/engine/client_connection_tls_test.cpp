// A worker that intercepts TLS between real sockets.
#include <chrono>
#include <filesystem>
#include <thread>

#include "core/codec/tls/certificate.h"
#include "core/engine/client_connection.h"
#include "tests/support/engine/proxy.h"
#include "tests/support/origin/origin.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"
#include "tests/support/tls/strict_server.h"
#include "tests/support/tls/tls_client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;
using capture::ExchangeEnded;
using capture::ExchangeStarted;
using capture::TlsSeen;
using Kind = ServerCertificate;

namespace {

WallTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

struct Rig {
  explicit Rig(session::InterceptionPolicy policy = {.intercept = true}, const std::string& moreRoots = {},
               engine::WorkerSettings settings = {})
      : proxy(std::move(settings), asio::ip::address_v4::loopback(),
              engine::TlsMeans::create(
                  {std::move(policy), ca.certificatePem(), ca.keyPem().value(), origin.trustedRoots() + moreRoots, {}})
                  .value()) {}

  std::string target(Kind kind) { return "127.0.0.1:" + std::to_string(origin.tlsPort(kind)); }
  template <class T>
  T last() {
    return proxy.kept.all<T>().back();
  }

  Origin origin;
  tls::Authority ca = std::move(*tls::Authority::make(now()));
  Proxy proxy;
};

const std::string kGet = "GET /bytes/5 HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

SLUICE_TEST(requestsInsideTlsAreExchangesOfHttps) {
  Rig rig;
  Client client(rig.proxy.port);
  QVERIFY(client.tunnel(rig.target(Kind::Right)));
  TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
  QVERIFY2(secure.shakeHands(), secure.session().error().detail.c_str());
  for (const int size : {5, 300'000}) {
    const auto reply = secure.ask("GET /bytes/" + std::to_string(size) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    QVERIFY(reply && reply->body == Pattern(0).text(0, std::size_t(size)));
  }
  const auto body = Pattern(7).text(0, 700'000);
  const auto echoed = secure.ask("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 700000\r\n\r\n" + body);
  QVERIFY(echoed && echoed->body == body);
  QCOMPARE(rig.origin.connections(), std::uint64_t(1));
  secure.finish();
  QVERIFY(secure.input().rest().empty() && secure.endedInOrder());
  rig.proxy.stop();
  const auto starts = rig.proxy.kept.all<ExchangeStarted>();
  QCOMPARE(starts.size(), std::size_t(3));
  QCOMPARE(starts[0].url, "https://" + rig.target(Kind::Right) + "/bytes/5");
  QCOMPARE(starts[0].scheme, std::string("https"));
  const auto ends = rig.proxy.kept.all<ExchangeEnded>();
  QVERIFY(!ends[0].upstreamReused && ends[1].upstreamReused && ends[2].error.code == Code::None);
  const auto seen = rig.proxy.kept.all<TlsSeen>();
  QCOMPARE(seen.size(), std::size_t(6));
  QVERIFY(seen[0].side == Side::Client && seen[0].version == "TLSv1.3" && seen[0].handshakeUs >= 0 && seen[0].chain.empty());
  QVERIFY(seen[1].side == Side::Upstream && seen[1].handshakeUs >= 0);
  QCOMPARE(tls::describeCertificate(seen[1].chain)->names, std::vector<std::string>{"127.0.0.1"});
  QVERIFY(seen[2].handshakeUs < 0 && seen[3].handshakeUs < 0);
}

SLUICE_TEST(theNextClientIsServedOverTheConnectionThatStands) {
  Rig rig;
  for (std::size_t i = 1; i <= 3; ++i) {
    Client client(rig.proxy.port);
    QVERIFY(client.tunnel(rig.target(Kind::Right)));
    TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
    QVERIFY2(secure.shakeHands(), secure.session().error().detail.c_str());
    const auto reply = secure.ask(kGet);
    QVERIFY(reply && reply->body == Pattern(0).text(0, 5));
    QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(i));
    client.close();
    QVERIFY(rig.proxy.waitForConnections(0));
  }
  QCOMPARE(rig.origin.connections(), std::uint64_t(1));
  const auto seen = rig.proxy.kept.all<TlsSeen>();
  QCOMPARE(seen.size(), std::size_t(6));
  QVERIFY(seen[4].side == Side::Client && seen[4].handshakeUs >= 0);
  QVERIFY(seen[5].side == Side::Upstream && seen[5].handshakeUs < 0 && seen[5].chain == seen[1].chain);
  QVERIFY(rig.proxy.kept.all<ExchangeEnded>()[2].upstreamReused);
  // What is no TLS gets a connection of its own.
  Client plain(rig.proxy.port);
  QVERIFY(plain.tunnel(rig.target(Kind::Right)));
  QVERIFY(plain.write(asBytes(std::string_view("\x00\x01\x02", 3))));
  QVERIFY(eventually([&] { return rig.origin.connections() == 2; }));
}

SLUICE_TEST(aServerThatFailsGivesNoTrustedLeafAndItsVerdict) {
  Rig rig;
  const std::pair<Kind, Code> rows[] = {
      {Kind::Expired, Code::TlsCertificateExpired},       {Kind::WrongHost, Code::TlsCertificateWrongHost},
      {Kind::Untrusted, Code::TlsCertificateUntrusted},   {Kind::SelfSigned, Code::TlsCertificateSelfSigned},
      {Kind::OldTls, Code::TlsProtocolMismatch},
  };
  for (const auto& [kind, code] : rows) {
    // Who verifies is not fooled.
    Client first(rig.proxy.port);
    QVERIFY(first.tunnel(rig.target(kind)));
    TlsClient verifying(first, rig.ca.certificatePem(), "127.0.0.1");
    QVERIFY(!verifying.shakeHands());
    QVERIFY(verifying.session().error().code == Code::TlsCertificateSelfSigned);
    first.close();
    QVERIFY(rig.proxy.waitForConnections(0));
    QVERIFY2(rig.last<ExchangeEnded>().error.code == code, rig.last<ExchangeEnded>().error.detail.c_str());
    QVERIFY(rig.last<ExchangeStarted>().kind == capture::Kind::Tunnel);
    // Who does not is told.
    Client second(rig.proxy.port);
    QVERIFY(second.tunnel(rig.target(kind)));
    TlsClient careless(second, {}, "127.0.0.1");
    QVERIFY(careless.shakeHands());
    const auto reply = careless.ask(kGet);
    QVERIFY(reply && reply->status() == 502);
    QVERIFY2(reply->body.find(name(code)) != std::string::npos, reply->body.c_str());
    second.close();
    QVERIFY(rig.proxy.waitForConnections(0));
    QVERIFY(rig.last<ExchangeEnded>().error.code == code);
    QCOMPARE(rig.last<ExchangeStarted>().scheme, std::string("https"));
  }
  QCOMPARE(rig.origin.requests(), std::uint64_t(0));
}

SLUICE_TEST(aServerThatWantsAClientCertificateIsTold) {
  Rig rig;
  Client client(rig.proxy.port);
  QVERIFY(client.tunnel(rig.target(Kind::WantsClients)));
  TlsClient secure(client, {}, "127.0.0.1");
  QVERIFY(secure.shakeHands());
  const auto reply = secure.ask(kGet);
  QVERIFY(reply && reply->status() == 502);
  QVERIFY2(reply->body.find("client certificate") != std::string::npos, reply->body.c_str());
}

// In TLS 1.3 the handshake is over for us when the server learns that we have no certificate.
SLUICE_TEST(aClientCertificateWantedIsToldWheneverTheServerLeaves) {
  using Leaving = StrictServer::Leaving;
  auto authority = std::move(*tls::Authority::make(now()));
  for (const auto leaving : {Leaving::Tells, Leaving::TellsAndResets, Leaving::TellsBehindTheRequest, Leaving::ResetsBehindTheRequest,
                             Leaving::ClosesBehindTheRequest}) {
    for (const char* method : {"GET", "POST"}) {
      StrictServer server(authority, leaving);
      Rig rig({.intercept = true}, authority.certificatePem());
      Client client(rig.proxy.port);
      QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(server.port())));
      TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
      QVERIFY2(secure.shakeHands(), secure.session().error().detail.c_str());
      // The connection that brought the alert is given up before anything is asked.
      if (leaving == Leaving::Tells) QVERIFY(eventually([&] { return server.served() == 1; }));
      const std::string length = method[0] == 'P' ? "Content-Length: 5\r\n\r\nhello" : "\r\n";
      const auto reply = secure.ask(std::string(method) + " / HTTP/1.1\r\nHost: x\r\n" + length);
      QVERIFY2(reply && reply->status() == 502, (std::to_string(int(leaving)) + method).c_str());
      QVERIFY2(reply->body.find("client certificate") != std::string::npos, reply->body.c_str());
      QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(1));
      QVERIFY(rig.last<ExchangeEnded>().error.code == Code::TlsClientCertificateWanted);
    }
  }
}

SLUICE_TEST(clientsThatDoNotTrustUsAreRowsWithTheirVerdict) {
  Rig rig;
  {
    Client client(rig.proxy.port);
    QVERIFY(client.tunnel(rig.target(Kind::Right)));
    TlsClient untrusting(client, rig.origin.trustedRoots(), "127.0.0.1");
    QVERIFY(!untrusting.shakeHands());
  }
  QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(1));
  QVERIFY(rig.last<ExchangeEnded>().error.code == Code::TlsClientDistrusts);
  {
    Client client(rig.proxy.port);
    QVERIFY(client.tunnel(rig.target(Kind::Right)));
    TlsClient pinning(client, rig.ca.certificatePem(), "127.0.0.1");
    QVERIFY(pinning.shakeHands());
    client.close();
  }
  QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(2));
  QVERIFY(rig.last<ExchangeEnded>().error.code == Code::TlsClientPinned);
  QVERIFY(rig.last<ExchangeStarted>().method == "CONNECT");
}

SLUICE_TEST(hostsThatPassThroughSeeTheServersOwnCertificate) {
  Rig rig({.intercept = true, .passThrough = {"127.0.0.1"}});
  Client client(rig.proxy.port);
  QVERIFY(client.tunnel(rig.target(Kind::Right)));
  TlsClient secure(client, rig.origin.trustedRoots(), "127.0.0.1");
  QVERIFY2(secure.shakeHands(), secure.session().error().detail.c_str());
  const auto reply = secure.ask(kGet);
  QVERIFY(reply && reply->body.size() == 5);
  client.close();
  QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(1));
  QVERIFY(rig.last<ExchangeStarted>().kind == capture::Kind::Tunnel);
  QVERIFY(rig.last<TlsSeen>().note.find("pass through") != std::string::npos);
}

SLUICE_TEST(anExceptionAcceptsWhateverTheServerShows) {
  Rig rig({.intercept = true, .unverified = {"127.0.0.1"}});
  for (const Kind kind : {Kind::Expired, Kind::SelfSigned}) {
    Client client(rig.proxy.port);
    QVERIFY(client.tunnel(rig.target(kind)));
    TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
    QVERIFY(secure.shakeHands());
    const auto reply = secure.ask(kGet);
    QVERIFY(reply && reply->status() == 200);
  }
}

// What was spilled is read back for TLS; who leaves meanwhile takes nothing with it that is still needed.
SLUICE_TEST(slowTlsClientsGetEveryByteOfASpilledBody) {
  constexpr std::size_t kBytes = 12 << 20;
  const TemporaryDirectory directory;
  engine::WorkerSettings settings;
  settings.spillDirectory = directory.path();
  settings.profile.mode = throttle::Mode::Buffered;
  settings.pipe.maxSpillSize = 1 << 20;  // used again and again
  Rig rig({.intercept = true}, {}, std::move(settings));
  const auto request = "GET /bytes/" + std::to_string(kBytes) + "?seed=5 HTTP/1.1\r\nHost: x\r\n\r\n";
  for (const std::size_t wanted : {kBytes, std::size_t(400'000), std::size_t(3'000'000), kBytes}) {
    Client client(rig.proxy.port);
    QVERIFY(client.tunnel(rig.target(Kind::Right)));
    TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
    QVERIFY(secure.shakeHands() && secure.write(request));
    const auto head = readHead(secure.input());
    QVERIFY(head && head->status() == 200);
    std::size_t received = 0;
    while (received < wanted) {
      const auto piece = secure.input().some(128 << 10);
      QVERIFY(!piece.empty() && Pattern(5).matches(received, asBytes(piece)));
      received += piece.size();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (wanted < kBytes) client.reset();
  }
  rig.proxy.stop();
  QVERIFY(std::filesystem::is_empty(directory.path()));
}

SLUICE_TEST(aBodyThatIsReadBackForTlsIsTheRecordersFileAsWell) {
  constexpr std::size_t kBytes = 3 << 20;
  const TemporaryDirectory directory;
  engine::WorkerSettings settings;
  settings.spillDirectory = settings.bodyDirectory = directory.path();
  settings.profile.mode = throttle::Mode::Buffered;
  Rig rig({.intercept = true}, {}, std::move(settings));
  Client client(rig.proxy.port);
  QVERIFY(client.tunnel(rig.target(Kind::Right)));
  TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
  QVERIFY(secure.shakeHands());
  const auto reply = secure.ask("GET /bytes/" + std::to_string(kBytes) + "?seed=6 HTTP/1.1\r\nHost: x\r\n\r\n");
  QVERIFY(reply && reply->body == Pattern(6).text(0, kBytes));
  QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(1));
  QCOMPARE(rig.last<ExchangeEnded>().response.capturedBytes, std::uint64_t(kBytes));
  QCOMPARE(rig.last<capture::BodyInFile>().bytes, std::uint64_t(kBytes));
}

SLUICE_TEST(handshakesAreResumedOnBothSides) {
  Rig rig;
  for (int i = 0; i < 2; ++i) {
    Client client(rig.proxy.port);
    QVERIFY(client.tunnel(rig.target(Kind::Right)));
    TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
    QVERIFY(secure.shakeHands());
    QVERIFY(secure.ask("GET /bytes/5?framing=close HTTP/1.1\r\nHost: x\r\n\r\n").has_value());
    QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(std::size_t(i) + 1));
  }
  const auto seen = rig.proxy.kept.all<TlsSeen>();
  QVERIFY(seen.size() == 4 && !seen[1].resumed && seen[3].resumed);
  QVERIFY(!seen[3].chain.empty());
}

SLUICE_TEST(aReverseListenerOfHttpsAsksItsServerOverTls) {
  Rig rig;
  auto entry = session::Entry{};
  entry.kind = session::Entry::Kind::Reverse;
  entry.origin = session::httpsOrigin("127.0.0.1", rig.origin.tlsPort(Kind::Right), "127.0.0.1");
  const auto port = rig.proxy.serveToo(entry);
  Client client(port);
  const auto reply = client.ask("GET /bytes/9 HTTP/1.1\r\nHost: x\r\n\r\n");
  QVERIFY(reply && reply->body.size() == 9);
  QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(1));
  QCOMPARE(rig.last<ExchangeStarted>().url, rig.origin.tlsUrl(Kind::Right, "/bytes/9"));
}

SLUICE_TEST(clientsMaySpeakTlsToAReverseListener) {
  Rig rig;
  for (const bool secureServer : {true, false}) {
    auto entry = session::Entry{};
    entry.kind = session::Entry::Kind::Reverse;
    entry.origin = secureServer ? session::httpsOrigin("127.0.0.1", rig.origin.tlsPort(Kind::Right), "127.0.0.1")
                                : session::httpOrigin("127.0.0.1", rig.origin.port());
    Client client(rig.proxy.serveToo(entry));
    TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");  // without a server name: for the address it connected to
    QVERIFY2(secure.shakeHands(), secure.session().error().detail.c_str());
    for (const int size : {9, 90'000}) {
      const auto reply = secure.ask("GET /bytes/" + std::to_string(size) + " HTTP/1.1\r\nHost: x\r\n\r\n");
      QVERIFY(reply && reply->body == Pattern(0).text(0, std::size_t(size)));
    }
    QVERIFY(rig.proxy.kept.waitFor<ExchangeEnded>(secureServer ? 2 : 4));
    QCOMPARE(rig.last<ExchangeStarted>().scheme, std::string(secureServer ? "https" : "http"));
    QVERIFY(!secure.session().facts().chain.empty());
  }
}

SLUICE_TEST(wholeUrlsOfHttpsAreAskedForOverTls) {
  Rig rig;
  Client client(rig.proxy.port);
  const auto reply = client.get(rig.origin.tlsUrl(Kind::Right, "/bytes/9"));
  QVERIFY(reply && reply->body.size() == 9);
  const auto refused = client.get(rig.origin.tlsUrl(Kind::Expired, "/bytes/9"));
  QVERIFY(refused && refused->status() == 502 && refused->body.find("expired") != std::string::npos);
}

SLUICE_TEST(anEndThatTheServerDoesNotConfirmIsNotConfirmedToTheClient) {
  for (const bool untilClose : {true, false}) {
    Rig rig;
    Client client(rig.proxy.port);
    QVERIFY(client.tunnel(rig.target(Kind::Right)));
    TlsClient secure(client, rig.ca.certificatePem(), "127.0.0.1");
    QVERIFY(secure.shakeHands());
    const std::string fields = untilClose ? "" : "Content-Length:%20100%0D%0A";
    QVERIFY(secure.write("GET /raw?end=cut&b=HTTP/1.1%20200%20OK%0D%0A" + fields + "%0D%0Aall%20of%20it HTTP/1.1\r\nHost: x\r\n\r\n"));
    const auto came = secure.input().rest();
    QVERIFY2(came.ends_with("\r\n\r\nall of it"), came.c_str());
    QCOMPARE(secure.endedInOrder(), !untilClose);  // there the length shows what is missing
    if (untilClose) QVERIFY2(client.ended(), client.failure().c_str());
    rig.proxy.stop();
    const auto end = rig.last<ExchangeEnded>();
    QCOMPARE(end.error.code, Code::TlsTruncated);
    QCOMPARE(end.response.bytes, std::uint64_t{9});
  }
}
