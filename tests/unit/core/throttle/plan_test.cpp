#include "core/throttle/plan.h"

#include "core/throttle/presets.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;
using Scope = Rule::Scope;

SLUICE_TEST(aPlanComesBackFromItsText) {
  Plan plan;
  plan.everything = *findPreset("Apple LTE");
  QVERIFY(plan.put(Scope::Host, "*.example.com", *findPreset("Firefox GPRS")).has_value());
  QVERIFY(plan.put(Scope::Listener, "127.0.0.1:8080", Profile()).has_value());
  plan.rules[0].measures = true;
  const auto again = planFromJson(planToJson(plan));
  QVERIFY2(again.has_value(), again ? "" : again.error().detail.c_str());
  QVERIFY(*again == plan);
  QCOMPARE(again->version, 2u);
}

SLUICE_TEST(aRuleThatIsChangedKeepsItsPlaceAndItsBuckets) {
  Plan plan;
  for (const char* host : {"a", "b", "c"}) QVERIFY(plan.put(Scope::Host, host, Profile()).has_value());
  QVERIFY(plan.put(Scope::Host, "b", *findPreset("Apple LTE")).has_value());
  QCOMPARE(plan.rules.size(), std::size_t(3));
  QCOMPARE(plan.rules[1].profile.name, std::string("Apple LTE"));
  QCOMPARE(plan.rules[1].lane, std::size_t(2));
  QVERIFY(plan.remove(Scope::Host, "a"));
  QVERIFY(!plan.remove(Scope::Host, "a"));
  QVERIFY(!plan.remove(Scope::Listener, "b"));
  // Who is slowed down already does not change buckets because another rule came or went.
  QCOMPARE(plan.rules[0].lane, std::size_t(2));
  QVERIFY(plan.put(Scope::Host, "d", Profile()).has_value());
  QCOMPARE(plan.rules[2].lane, std::size_t(1));
}

SLUICE_TEST(badTargetsAndTooManyAreNamed) {
  Plan plan;
  for (const std::string& target : {std::string(), std::string("a b"), std::string("a\n"), std::string(400, 'h')}) {
    QVERIFY(!plan.put(Scope::Host, target, Profile()));
  }
  for (std::size_t i = 0; i < limits::kThrottleRulesMax; ++i) {
    QVERIFY(plan.put(Scope::Host, "h" + std::to_string(i), Profile()).has_value());
    QVERIFY(plan.rules.back().lane < Plan::kLanes);
  }
  const auto more = plan.put(Scope::Host, "more", Profile());
  QVERIFY(!more && more.error().detail.find("'more'") != std::string::npos);
  QVERIFY(plan.put(Scope::Host, "h3", *findPreset("Apple LTE")).has_value());
}

SLUICE_TEST(whatIsNoPlanIsRefused) {
  for (const char* text : {"", "[]", "{}", R"({"version":1,"everything":"{}","rules":[{}]})", R"({"version":1,"everything":3,"rules":[]})",
                           R"({"version":1,"everything":"{}","rules":[{"scope":1,"target":"a","profile":"{}","lane":0}]})",
                           R"({"version":1,"everything":"{}","rules":[{"scope":1,"target":"a","profile":"{}","lane":99999}]})",
                           R"({"version":-1,"everything":"{}","rules":[]})"}) {
    const auto plan = planFromJson(text);
    QVERIFY2(!plan && plan.error().code == Code::BadArgument, text);
  }
}
