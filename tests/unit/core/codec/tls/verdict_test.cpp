#include <openssl/ssl.h>

#include <chrono>

#include "core/codec/tls/session.h"
#include "tests/support/test.h"
#include "tests/support/tls/session_pair.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::tls;
using namespace std::chrono_literals;

namespace {

WallTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

struct World {
  Authority trusted = std::move(*Authority::make(now()));
  Authority unknown = std::move(*Authority::make(now()));
  std::unique_ptr<ServerContext> servers = ServerContext::create(ServerContext::Resumption::Offered, {}).value();
  std::unique_ptr<ClientContext> clients = ClientContext::create({trusted.certificatePem(), {}}, {}).value();

  // What the client of a server that shows `leaf` says.
  SessionPair meet(const Identity& leaf, const std::string& host = "a.example", bool verify = true) {
    SessionPair pair;
    pair.server = Session::toClient(*servers, leaf).value();
    pair.client = Session::toServer(*clients, {host + ":443", host, host, verify}).value();
    pair.shakeHands();
    return pair;
  }
};

bool says(const Error& error, Code code, Side side, const std::string& words) {
  return error.code == code && error.side == side && error.detail.find(words) != std::string::npos;
}

}  // namespace

SLUICE_TEST(eachWrongCertificateHasAVerdictOfItsOwn) {
  World world;
  const auto verdict = [&](const Identity& leaf, const std::string& host = "a.example") {
    auto pair = world.meet(leaf, host);
    return pair.client->error();
  };
  const auto year = 24h * 365;
  QVERIFY(says(verdict(world.trusted.leafFor("a.example", now() - year).value()),
               Code::TlsCertificateExpired, Side::Upstream, "a.example has expired"));
  QVERIFY(says(verdict(world.trusted.leafFor("late.example", now() + year).value(), "late.example"),
               Code::TlsCertificateNotYetValid, Side::Upstream, "only from"));
  QVERIFY(says(verdict(world.trusted.leafFor("b.example", now()).value()),
               Code::TlsCertificateWrongHost, Side::Upstream, "not for a.example but for b.example"));
  QVERIFY(says(verdict(world.trusted.leafFor("127.0.0.2", now()).value(), "127.0.0.1"),
               Code::TlsCertificateWrongHost, Side::Upstream, "127.0.0.2"));
  QVERIFY(says(verdict(makeRefusal("a.example", "x", now()).value()),
               Code::TlsCertificateSelfSigned, Side::Upstream, "signed by itself"));
  QVERIFY(says(verdict(world.unknown.leafFor("a.example", now()).value()),
               Code::TlsCertificateUntrusted, Side::Upstream, world.unknown.name()));
}

SLUICE_TEST(ourOwnAuthorityIsNeverAcceptedUpstream) {
  World world;
  // Even where the system trusts it, and even where nothing is verified.
  for (const auto& roots : {world.trusted.certificatePem(), world.unknown.certificatePem(), std::string()}) {
    world.clients = ClientContext::create({roots, world.trusted.certificateDer()}, {}).value();
    for (const bool verify : {true, false}) {
      auto pair = world.meet(world.trusted.leafFor("a.example", now()).value(), "a.example", verify);
      QVERIFY(!pair.client->established());
      QVERIFY(says(pair.client->error(), Code::TlsCertificateOwn, Side::Upstream, "own CA"));
      QVERIFY(world.meet(world.unknown.leafFor("a.example", now()).value(), "a.example", false).client->established());
    }
  }
}

SLUICE_TEST(anExceptionAcceptsAnyOtherCertificate) {
  World world;
  auto pair = world.meet(world.unknown.leafFor("b.example", now() - 24h * 365).value(), "a.example", false);
  QVERIFY2(pair.client->established(), pair.client->error().detail.c_str());
}

SLUICE_TEST(aClientThatDoesNotTrustUsSaysSo) {
  World world;
  auto pair = world.meet(world.unknown.leafFor("a.example", now()).value());
  QVERIFY(says(pair.server->error(), Code::TlsClientDistrusts, Side::Client, "does not trust Sluice's CA"));
}

SLUICE_TEST(aClientThatGoesAwayWithoutAWordIsTakenForAPinningOne) {
  World world;
  SessionPair pair;
  pair.server = Session::toClient(*world.servers, world.trusted.leafFor("a.example", now()).value()).value();
  pair.client = Session::toServer(*world.clients, {"a.example:443", "a.example", "a.example"}).value();
  pair.client->handshake();
  pair.carry(*pair.client, *pair.server, [] {});
  QVERIFY(pair.server->handshake() == Session::Progress::WantsInput);
  pair.server->receivedEnd();
  QVERIFY(pair.server->handshake() == Session::Progress::Failed);
  QVERIFY(says(pair.server->error(), Code::TlsClientPinned, Side::Client, "pin"));
}

SLUICE_TEST(aServerThatWantsACertificateIsToldOf) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    World world;
    SSL_CTX_set_verify(world.servers->native(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
    SSL_CTX_set_max_proto_version(world.servers->native(), version);
    auto pair = world.meet(world.trusted.leafFor("a.example", now()).value());
    pair.read(*pair.server, *pair.client);
    std::array<std::byte, 1> into{};
    if (pair.client->established()) QVERIFY(pair.client->read(into).status == IoResult::Status::Failed);  // TLS 1.3
    QVERIFY2(says(pair.client->error(), Code::TlsClientCertificateWanted, Side::Upstream, "client certificate"),
             pair.client->error().detail.c_str());
  }
}

SLUICE_TEST(whatHasNoVersionInCommonIsAMismatchOnEitherSide) {
  World world;
  SSL_CTX_set_max_proto_version(world.servers->native(), TLS1_2_VERSION);
  SSL_CTX_set_min_proto_version(world.clients->native(), TLS1_3_VERSION);
  auto pair = world.meet(world.trusted.leafFor("a.example", now()).value());
  QVERIFY2(says(pair.client->error(), Code::TlsProtocolMismatch, Side::Upstream, "a.example"), pair.client->error().detail.c_str());
  QVERIFY2(says(pair.server->error(), Code::TlsProtocolMismatch, Side::Client, "in common"), pair.server->error().detail.c_str());
}

SLUICE_TEST(whatIsNoTlsIsToldFromWhatIs) {
  World world;
  const auto client = Session::toServer(*world.clients, {"a.example:80", "a.example", "a.example"}).value();
  client->handshake();
  client->feed(asBytes("HTTP/1.1 400 Bad Request\r\n\r\n"));
  QVERIFY(client->handshake() == Session::Progress::Failed);
  QVERIFY2(says(client->error(), Code::TlsProtocolMismatch, Side::Upstream, "does not speak TLS"), client->error().detail.c_str());
}

SLUICE_TEST(aServerThatClosesDuringTheHandshakeIsNamed) {
  World world;
  const auto client = Session::toServer(*world.clients, {"a.example:443", "a.example", "a.example"}).value();
  client->handshake();
  client->receivedEnd();
  QVERIFY(client->handshake() == Session::Progress::Failed);
  QVERIFY(says(client->error(), Code::TlsFailed, Side::Upstream, "closed the connection"));
}
