#include "app/cli/throttle_commands.h"

#include <mutex>
#include <nlohmann/json.hpp>

#include "collecting_output.h"
#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"
#include "fake_engine.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;

namespace {

// Has a profile and takes another.
struct Throttled {
  explicit Throttled(throttle::Profile first = {}) : inForce(std::move(first)) {}

  throttle::Profile profile() {
    const std::lock_guard lock(mutex);
    return inForce;
  }

  const test::TemporaryDirectory dir;
  std::mutex mutex;
  throttle::Profile inForce;
  FakeEngine engine{dir.path(), [this](const control::RequestMessage& message) -> FakeEngine::Answer {
                      if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
                      const std::lock_guard lock(mutex);
                      if (const auto* use = std::get_if<control::UseProfile>(&message.request)) {
                        inForce = throttle::profileFromJson(use->profile).value();
                        return control::encodeReply(message.stream, control::Done{});
                      }
                      return control::encodeReply(message.stream, control::ProfileReply{throttle::toJson(inForce)});
                    }};
};

}  // namespace

SLUICE_TEST(limitChangesWhatIsAskedAndNothingElse) {
  Throttled engine(*throttle::findPreset("Chrome Slow 4G"));
  CollectingOutput output;
  LimitCommand command;
  command.down = throttle::Rate{25'000};
  QVERIFY(limit(command, Format::Human, engine.dir.path(), output).has_value());
  QVERIFY2(output.text.find("200 kbit/s (25 KB/s)") != std::string::npos, output.text.c_str());
  const auto now = engine.profile();
  QCOMPARE(now.down.rate, throttle::Rate{25'000});
  QCOMPARE(now.up.rate, throttle::Rate{84'375});
  QVERIFY(now.name.empty() && now.source.empty());
}

SLUICE_TEST(limitWithoutOptionsOnlyTells) {
  Throttled engine(*throttle::findPreset("Chrome Slow 4G"));
  CollectingOutput output;
  QVERIFY(limit({}, Format::Json, engine.dir.path(), output).has_value());
  QCOMPARE(nlohmann::json::parse(output.text)["name"], "Chrome Slow 4G");
  QCOMPARE(engine.profile().name, std::string("Chrome Slow 4G"));
}

SLUICE_TEST(limitOffTakesEverythingAway) {
  Throttled engine(*throttle::findPreset("Apple Very Bad Network"));
  CollectingOutput output;
  LimitCommand command;
  command.off = true;
  QVERIFY(limit(command, Format::Human, engine.dir.path(), output).has_value());
  QVERIFY(engine.profile() == throttle::Profile());
  command.latency = std::chrono::milliseconds(101);
  QVERIFY(limit(command, Format::Human, engine.dir.path(), output).has_value());
  QCOMPARE(engine.profile().roundTrip().count(), std::int64_t{101'000});
}

SLUICE_TEST(profilesAreListedShownAndUsed) {
  Throttled engine;
  CollectingOutput listed, asJson, shown, used, inForce;
  using What = ProfileCommand::What;
  QVERIFY(profile({What::List, {}}, Format::Human, "no engine needed", listed).has_value());
  QVERIFY(listed.text.find("Firefox GPRS") != std::string::npos);
  QVERIFY(profile({What::List, {}}, Format::Json, "no engine needed", asJson).has_value());
  QCOMPARE(nlohmann::json::parse(asJson.text).size(), throttle::presets().size());
  QVERIFY(profile({What::Show, "apple lte"}, Format::Human, "no engine needed", shown).has_value());
  QVERIFY2(shown.text.find("50 Mbit/s (6.25 MB/s), 50 ms later") != std::string::npos, shown.text.c_str());
  QVERIFY(profile({What::Use, "apple lte"}, Format::Human, engine.dir.path(), used).has_value());
  QCOMPARE(engine.profile().name, std::string("Apple LTE"));
  QVERIFY(profile({What::Show, {}}, Format::Json, engine.dir.path(), inForce).has_value());
  QCOMPARE(nlohmann::json::parse(inForce.text)["name"], "Apple LTE");
}

SLUICE_TEST(aProfileThatDoesNotExistIsNamed) {
  Throttled engine;
  CollectingOutput output;
  for (const auto what : {ProfileCommand::What::Show, ProfileCommand::What::Use}) {
    const auto outcome = profile({what, "Moon"}, Format::Human, engine.dir.path(), output);
    QVERIFY(!outcome);
    QVERIFY(outcome.error().detail.find("'Moon'") != std::string::npos);
  }
  QVERIFY(engine.profile() == throttle::Profile());
}

SLUICE_TEST(withoutAnEngineNothingCanBeLimited) {
  const test::TemporaryDirectory dir;
  CollectingOutput output;
  QVERIFY(limit({}, Format::Human, dir.path(), output).error().code == Code::NotRunning);
  QVERIFY(profile({ProfileCommand::What::Use, "Apple LTE"}, Format::Human, dir.path(), output).error().code == Code::NotRunning);
}
