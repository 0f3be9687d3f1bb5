#include "app/cli/selftest_command.h"

#include <nlohmann/json.hpp>

#include "collecting_output.h"
#include "tests/support/control/fake_engine.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;
using sluice::test::FakeEngine;

namespace {

// Has measured everything already.
struct Measured {
  const test::TemporaryDirectory dir;
  std::string asked;
  FakeEngine engine{dir.path(), [this](const control::RequestMessage& message) -> FakeEngine::Answer {
                      if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
                      if (std::holds_alternative<control::GetProfile>(message.request)) {
                        return control::encodeReply(message.stream, control::ProfileReply{"{}", {}, {}});
                      }
                      asked = std::get<control::SelfTest>(message.request).profile;
                      const control::SelfTestReply reply{R"({"name":"Slow"})", 200'000,         199'000,
                                                         0,                    7'000'000,       Micros(100'000),
                                                         Micros(100'700),      Micros(20'000), Micros(18'250)};
                      return control::encodeReply(message.stream, reply);
                    }};
};

}  // namespace

SLUICE_TEST(askedAndAchievedStandSideBySide) {
  Measured engine;
  CollectingOutput output;
  QVERIFY(selfTest({"apple lte"}, Format::Human, engine.dir.path(), output).has_value());
  QVERIFY2(engine.asked.find("Apple LTE") != std::string::npos, engine.asked.c_str());
  for (const char* part : {"Slow", "1.6 Mbit/s (200 KB/s)", "99.50 %", "unlimited", "56 Mbit/s (7 MB/s)", "100.7 ms", "+0.7 ms",
                           "18.2 ms"}) {
    QVERIFY2(output.text.find(part) != std::string::npos, (part + std::string(" in\n") + output.text).c_str());
  }
}

SLUICE_TEST(theSameAsJson) {
  Measured engine;
  CollectingOutput output;
  QVERIFY(selfTest({}, Format::Json, engine.dir.path(), output).has_value());
  QVERIFY(engine.asked.empty());
  const auto json = nlohmann::json::parse(output.text);
  QCOMPARE(json["profile"]["name"], "Slow");
  QCOMPARE(json["down"]["achievedBytesPerSecond"], 199'000);
  QVERIFY(json["up"]["askedBytesPerSecond"].is_null());
  QCOMPARE(json["roundTripMs"]["achieved"], 100.7);
  QCOMPARE(json["jitterMs"]["asked"], 20.0);
}

SLUICE_TEST(aProfileThatDoesNotExistIsNotMeasured) {
  Measured engine;
  CollectingOutput output;
  const auto outcome = selfTest({"Moon"}, Format::Human, engine.dir.path(), output);
  QVERIFY(!outcome && outcome.error().detail.find("'Moon'") != std::string::npos);
}
