#include "core/codec/tls/authority.h"

#include <chrono>
#include <set>

#include "core/base/limits.h"
#include "core/codec/tls/certificate.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::tls;
using namespace std::chrono_literals;

namespace {

const WallTime kNow{std::chrono::sys_days(std::chrono::year(2030) / 5 / 17)};

CertificateFacts factsOf(const Identity& identity) {
  return describeCertificate(derOf(identity.certificate())).value();
}

}  // namespace

SLUICE_TEST(makesACaThatCanBeStoredAndReadAgain) {
  auto made = Authority::make(kNow);
  QVERIFY(made.has_value());
  QVERIFY(made->name().starts_with("Sluice CA "));
  auto again = Authority::fromPem(made->certificatePem(), made->keyPem().value());
  QVERIFY(again.has_value());
  QCOMPARE(again->certificateDer(), made->certificateDer());
  QCOMPARE(again->name(), made->name());
  QVERIFY(again->validUntil() > kNow + 24h * 3000);
  const auto facts = describeCertificate(made->certificateDer()).value();
  QCOMPARE(facts.subject, facts.issuer);
  QCOMPARE(facts.key, std::string("EC, 256 bits"));
}

SLUICE_TEST(twoOfThemAreNotAlike) {
  const auto one = Authority::make(kNow), other = Authority::make(kNow);
  QVERIFY(one->name() != other->name());
  QVERIFY(one->certificateDer() != other->certificateDer());
}

SLUICE_TEST(whatIsNoPairOfACaIsRefusedByItsReason) {
  auto one = Authority::make(kNow), other = Authority::make(kNow);
  const auto why = [](std::string_view certificate, std::string_view key) {
    return Authority::fromPem(certificate, key).error().detail;
  };
  QVERIFY(why("", one->keyPem().value()).find("no certificate") != std::string::npos);
  QVERIFY(why(one->certificatePem(), "").find("no private key") != std::string::npos);
  QVERIFY(why(one->certificatePem(), other->keyPem().value()).find("belong together") != std::string::npos);
}

SLUICE_TEST(aLeafIsForItsHostAndShortLived) {
  auto authority = Authority::make(kNow);
  const auto facts = factsOf(authority->leafFor("www.example.com", kNow).value());
  QCOMPARE(facts.names, std::vector<std::string>{"www.example.com"});
  QCOMPARE(facts.commonName, std::string("www.example.com"));
  QVERIFY(facts.issuer.find(authority->name()) != std::string::npos);
  QVERIFY(facts.validFrom < kNow && facts.validUntil > kNow + 24h * 100);
  QVERIFY(facts.validUntil - facts.validFrom <= 24h * 199);
  QCOMPARE(facts.signature, std::string("ecdsa-with-SHA256"));
}

SLUICE_TEST(addressesAreNamedAsAddresses) {
  auto authority = Authority::make(kNow);
  QCOMPARE(factsOf(authority->leafFor("127.0.0.1", kNow).value()).names, std::vector<std::string>{"127.0.0.1"});
  QCOMPARE(factsOf(authority->leafFor("::1", kNow).value()).names, std::vector<std::string>{"0:0:0:0:0:0:0:1"});
}

SLUICE_TEST(namesThatNoConfigurationCouldTakeAreNamedAsTheyAre) {
  auto authority = Authority::make(kNow);
  const char* kLong = "h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.h.example";
  for (const std::string host : {"a,DNS:evil.example", "*.example.com", "_x.y", kLong}) {
    QCOMPARE(factsOf(authority->leafFor(host, kNow).value()).names, std::vector<std::string>{host});
  }
}

SLUICE_TEST(eachSerialIsAnother) {
  auto authority = Authority::make(kNow);
  std::set<std::string> serials;
  for (int i = 0; i < 200; ++i) {
    const auto facts = factsOf(authority->leafFor("h" + std::to_string(i), kNow).value());
    QVERIFY(facts.serial.size() == 32 && facts.serial[0] < '8');
    serials.insert(facts.serial);
  }
  QCOMPARE(serials.size(), std::size_t(200));
}

SLUICE_TEST(theCacheGivesTheSameLeafUntilItNeedsRenewalAndIsBounded) {
  auto authority = Authority::make(kNow);
  const auto first = authority->leafFor("a", kNow).value();
  QVERIFY(authority->leafFor("a", kNow + 24h * 30).value() == first);
  QVERIFY(authority->leafFor("a", kNow + 24h * 180).value() != first);
  const auto kept = authority->leafFor("kept", kNow).value();
  for (std::size_t i = 0; i < limits::kLeafCertificatesMax + 10; ++i) {
    QVERIFY(authority->leafFor("h" + std::to_string(i), kNow).has_value());
    if (i % 100 == 0) QVERIFY(authority->leafFor("kept", kNow).value() == kept);
  }
  QCOMPARE(authority->leavesCached(), limits::kLeafCertificatesMax);
  QVERIFY(authority->leafFor("kept", kNow).value() == kept);
}

SLUICE_TEST(aRefusalIsSignedByItselfAndSaysWhy) {
  const auto facts = factsOf(makeRefusal("a.example", "its certificate has expired", kNow).value());
  QCOMPARE(facts.subject, facts.issuer);
  QCOMPARE(facts.commonName, std::string("Refused by Sluice: its certificate has expired"));
  QCOMPARE(facts.names, std::vector<std::string>{"a.example"});
}
