#include "core/session/interception.h"

#include "core/codec/tls/client_hello.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::session;

namespace {
tls::ClientHello offering(std::vector<std::string> protocols) { return {0x0304, "a.example", std::move(protocols)}; }
}  // namespace

SLUICE_TEST(patternsOfHostsMatchAsPeopleExpect) {
  const auto yes = [](const char* pattern, const char* host, int port = 443) { return matchesHost(pattern, host, std::uint16_t(port)); };
  QVERIFY(yes("a.example", "a.example") && yes("A.Example", "a.EXAMPLE"));
  QVERIFY(!yes("a.example", "b.a.example") && !yes("a.example", "a.exampl"));
  QVERIFY(yes("*.example", "a.example") && yes("*.example", "b.a.example") && !yes("*.example", "example"));
  QVERIFY(yes("*", "anything") && yes("*bank*", "www.bank.example") && yes("a*", "a") && !yes("", "a"));
  QVERIFY(yes("a.example:8443", "a.example", 8443) && !yes("a.example:8443", "a.example", 443));
  QVERIFY(yes("::1", "::1") && yes("[::1]", "::1") && yes("[::1]:443", "::1") && !yes("[::1]:444", "::1"));
  QVERIFY(yes("*a*a*a*a*b", "aaaaaaaaaaaaaaaab") && !yes("*a*a*a*a*b", "aaaaaaaaaaaaaaaac"));
}

SLUICE_TEST(whatPassesUndecryptedHasAReason) {
  InterceptionPolicy policy;
  QVERIFY(reasonToPass(policy, offering({}), "a.example", 443).find("off") != std::string::npos);
  policy.intercept = true;
  QCOMPARE(reasonToPass(policy, offering({}), "a.example", 443), std::string());
  QCOMPARE(reasonToPass(policy, offering({"h2", "http/1.1"}), "a.example", 443), std::string());
  QVERIFY(reasonToPass(policy, offering({"h2"}), "a.example", 443).find("h2") != std::string::npos);
  policy.passThrough = {"*.bank.example", "a.example:443"};
  QVERIFY(reasonToPass(policy, offering({}), "a.example", 443).find("'a.example:443'") != std::string::npos);
  QCOMPARE(reasonToPass(policy, offering({}), "a.example", 444), std::string());
}

SLUICE_TEST(serversAreVerifiedButForTheExceptions) {
  InterceptionPolicy policy;
  QVERIFY(verifies(policy, "a.example", 443));
  policy.unverified = {"localhost", "*.test"};
  QVERIFY(!verifies(policy, "localhost", 8443) && !verifies(policy, "x.test", 443) && verifies(policy, "a.example", 443));
  policy.verifyServers = false;
  QVERIFY(!verifies(policy, "a.example", 443));
}
