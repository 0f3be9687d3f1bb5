#include "app/cli/known_profiles.h"

#include "tests/support/control/fake_engine.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;
using sluice::test::FakeEngine;

namespace {

Result<KnownProfiles> ask(const control::ProfileReply& told) {
  const test::TemporaryDirectory dir;
  FakeEngine engine{dir.path(), [&](const control::RequestMessage& message) -> FakeEngine::Answer {
                      if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
                      return control::encodeReply(message.stream, told);
                    }};
  auto client = EngineClient::connect(dir.path());
  if (!client) return fail(client.error());
  return askForProfiles(*client);
}

}  // namespace

SLUICE_TEST(whatTheEngineKnowsIsRead) {
  const auto known = ask({R"({"name":"x"})", {R"({"name":"Mine"})"}, {{control::ProfileScope::Host, "*.test", R"({"offline":true})"}}});
  QVERIFY(known.has_value());
  QCOMPARE(known->inForce.name, std::string("x"));
  QCOMPARE(known->find("mine")->name, std::string("Mine"));
  QCOMPARE(known->find("apple lte")->name, std::string("Apple LTE"));
  QVERIFY(known->rules[0].target == "*.test" && known->rules[0].profile.offline);
  const auto missing = known->find("Moon");
  QVERIFY(!missing && missing.error().detail.find("'Moon'") != std::string::npos);
}

SLUICE_TEST(profilesThatAreNoneAreRefused) {
  QVERIFY(!ask({"[]", {}, {}}));
  QVERIFY(!ask({"{}", {"7"}, {}}));
  QVERIFY(!ask({"{}", {}, {{control::ProfileScope::Host, "x", "7"}}}));
}
