#include "core/codec/tls/certificate.h"

#include "core/codec/tls/authority.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::tls;

SLUICE_TEST(tellsWhatACertificateSays) {
  const WallTime now{std::chrono::sys_days(std::chrono::year(2027) / 2 / 3)};
  const auto authority = Authority::make(now);
  const auto facts = describeCertificate(authority->certificateDer()).value();
  QCOMPARE(facts.subject, "CN = " + authority->name() + ", O = Sluice");
  QCOMPARE(facts.commonName, authority->name());
  QCOMPARE(dateOf(facts.validFrom), std::string("2027-02-01"));
  QCOMPARE(facts.sha256.size(), std::size_t(64));
}

SLUICE_TEST(whatIsNoCertificateIsAnError) {
  const auto authority = Authority::make(WallTime{});
  const auto& der = authority->certificateDer();
  for (const auto& bytes : {std::string(), std::string("x"), der.substr(0, der.size() - 1), der.substr(1)}) {
    QVERIFY(!describeCertificate(bytes));
  }
}

SLUICE_TEST(aChainIsReadUpToWhatIsNoCertificate) {
  const auto one = Authority::make(WallTime{}), other = Authority::make(WallTime{});
  const auto chain = describeChain(one->certificateDer() + other->certificateDer() + "junk");
  QCOMPARE(chain.size(), std::size_t(2));
  QCOMPARE(chain[1].commonName, other->name());
  QVERIFY(describeChain("").empty() && describeChain("junk").empty());
}

SLUICE_TEST(digestsAreThoseOfEverybody) {
  QCOMPARE(digestOf("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

SLUICE_TEST(datesAreThoseOfTheCalendar) {
  QCOMPARE(dateOf(WallTime{}), std::string("1970-01-01"));
  QCOMPARE(dateOf(WallTime(Micros(-1))), std::string("1969-12-31"));
}

SLUICE_TEST(aPinIsOfTheKeyAlone) {
  auto authority = std::move(*Authority::make(WallTime{}));
  const auto pin = publicKeyPin(authority.certificatePem());
  QVERIFY(pin && pin->size() == 44 && pin->back() == '=');
  // It is the key's, and no other part of the certificate changes it.
  const auto again = Authority::fromPem(authority.certificatePem(), authority.keyPem().value());
  QCOMPARE(*publicKeyPin(again->certificatePem()), *pin);
  QVERIFY(*publicKeyPin(Authority::make(WallTime{})->certificatePem()) != *pin);
  QVERIFY(!publicKeyPin("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n") && !publicKeyPin(""));
}
