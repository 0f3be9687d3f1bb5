#include "core/engine/tls_means.h"

#include <chrono>

#include "core/codec/tls/certificate.h"
#include "tests/support/test.h"
#include "tests/support/tls/session_pair.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

WallTime now() { return std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now()); }

std::unique_ptr<TlsMeans> meansOf(const tls::Authority& authority, std::string roots) {
  return TlsMeans::create({{}, authority.certificatePem(), authority.keyPem().value(), std::move(roots), {}}).value();
}

}  // namespace

SLUICE_TEST(withoutAUsableCaThereAreNone) {
  QVERIFY(TlsMeans::create({}).error().code == Code::BadArgument);
}

SLUICE_TEST(clientsSeeALeafOfTheCaOrARefusal) {
  const auto authority = tls::Authority::make(now());
  const auto means = meansOf(*authority, {});
  const auto clients = tls::ClientContext::create({authority->certificatePem(), {}}, {}).value();
  for (const std::string refusal : {"", "it has expired"}) {
    test::SessionPair pair;
    pair.server = means->toClient("a.example", refusal, now()).value();
    pair.client = tls::Session::toServer(*clients, {"a.example:443", "a.example", "a.example"}).value();
    QCOMPARE(pair.shakeHands(), refusal.empty());
    const auto seen = seenOf(*pair.client, Micros(7));
    QCOMPARE(seen.handshakeUs, std::int64_t(7));
    QCOMPARE(seen.chainDigest, tls::digestOf(seen.chain));
    const auto leaf = tls::describeCertificate(seen.chain).value();
    QVERIFY(refusal.empty() || leaf.commonName.find(refusal) != std::string::npos);
  }
}

SLUICE_TEST(aServerWithOurOwnCaIsRefusedEvenIfTheSystemTrustsIt) {
  const auto authority = tls::Authority::make(now());
  const auto means = meansOf(*authority, authority->certificatePem());
  test::SessionPair pair;
  pair.server = means->toClient("a.example", {}, now()).value();
  pair.client = means->toServer("a.example:443", {"a.example", "a.example", true}).value();
  QVERIFY(!pair.shakeHands());
  QVERIFY(pair.client->error().code == Code::TlsCertificateOwn);
}
