#include "app/cli/throttle_commands.h"

#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "collecting_output.h"
#include "core/throttle/own_profiles.h"
#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"
#include "tests/support/control/fake_engine.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;
using sluice::test::FakeEngine;

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
  throttle::OwnProfiles own;
  std::vector<control::ProfileReply::Rule> rules;
  FakeEngine engine{dir.path(), [this](const control::RequestMessage& message) -> FakeEngine::Answer {
                      if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
                      const std::lock_guard lock(mutex);
                      if (const auto* use = std::get_if<control::UseProfile>(&message.request);
                          use != nullptr && use->scope != control::ProfileScope::Everything) {
                        std::erase_if(rules, [&](const auto& rule) { return rule.target == use->target; });
                        if (!use->profile.empty()) rules.push_back({use->scope, use->target, use->profile});
                        return control::encodeReply(message.stream, control::Done{});
                      } else if (use != nullptr) {
                        inForce = throttle::profileFromJson(use->profile).value();
                        return control::encodeReply(message.stream, control::Done{});
                      }
                      if (const auto* save = std::get_if<control::SaveProfile>(&message.request)) {
                        own.put(throttle::profileFromJson(save->profile).value());
                        return control::encodeReply(message.stream, control::Done{});
                      }
                      if (const auto* remove = std::get_if<control::DeleteProfile>(&message.request)) {
                        own.remove(remove->name);
                        return control::encodeReply(message.stream, control::Done{});
                      }
                      control::ProfileReply reply{throttle::toJson(inForce), {}, rules};
                      for (const auto& each : own.all()) reply.own.push_back(throttle::toJson(each));
                      return control::encodeReply(message.stream, reply);
                    }};
};

}  // namespace

SLUICE_TEST(limitChangesWhatIsAskedAndNothingElse) {
  Throttled engine(*throttle::findPreset("Chrome Slow 4G"));
  CollectingOutput output;
  LimitCommand command;
  command.adjustment.down = throttle::Rate{25'000};
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
  command.adjustment.roundTrip = std::chrono::milliseconds(101);
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

SLUICE_TEST(profilesAreSavedCopiedRenamedAndDeleted) {
  using What = ProfileCommand::What;
  Throttled engine(*throttle::findPreset("Chrome Slow 4G"));
  CollectingOutput output, listed;
  const auto& dir = engine.dir.path();
  QVERIFY(profile({What::Save, "train"}, Format::Human, dir, output).has_value());
  QCOMPARE(engine.own.find("train")->down.rate, throttle::Rate{180'000});
  QCOMPARE(engine.own.find("train")->source, std::string());
  QVERIFY(profile({What::Save, "attic", "apple lte"}, Format::Human, dir, output).has_value());
  QVERIFY(profile({What::Rename, "Cellar", "ATTIC"}, Format::Human, dir, output).has_value());
  QVERIFY(!engine.own.find("attic"));
  QCOMPARE(engine.own.find("cellar")->down.delay.count(), Micros::rep(50'000));
  QVERIFY(profile({What::List, {}}, Format::Human, dir, listed).has_value());
  QVERIFY2(listed.text.find("train") != std::string::npos && listed.text.find("Firefox GPRS") != std::string::npos, listed.text.c_str());
  QVERIFY(profile({What::Use, "Cellar"}, Format::Human, dir, output).has_value());
  QCOMPARE(engine.profile().name, std::string("Cellar"));
  QVERIFY(!profile({What::Rename, "mine", "Apple LTE"}, Format::Human, dir, output));
  QVERIFY(!profile({What::Rename, "train", "Cellar"}, Format::Human, dir, output));
  QVERIFY(profile({What::Delete, "TRAIN"}, Format::Human, dir, output).has_value());
  QVERIFY(!engine.own.find("train"));
}

SLUICE_TEST(hostsHaveLimitsOfTheirOwn) {
  Throttled engine(*throttle::findPreset("Apple LTE"));
  CollectingOutput output, all, asJson;
  const auto& dir = engine.dir.path();
  LimitCommand command{{control::ProfileScope::Host, "*.test"}};
  command.adjustment.down = throttle::Rate{25'000};
  QVERIFY(limit(command, Format::Human, dir, output).has_value());
  command.adjustment = {.up = throttle::Rate{5'000}};
  QVERIFY(limit(command, Format::Human, dir, output).has_value());
  const auto rule = throttle::profileFromJson(engine.rules.at(0).profile).value();
  QVERIFY(rule.down.rate == throttle::Rate{25'000} && rule.up.rate == throttle::Rate{5'000});
  QCOMPARE(engine.profile().name, std::string("Apple LTE"));
  const Whom listener{control::ProfileScope::Listener, "127.0.0.1:9"};
  QVERIFY(profile({ProfileCommand::What::Use, "Firefox GPRS", {}, {}, listener}, Format::Human, dir, output));
  QVERIFY(limit({}, Format::Human, dir, all).has_value());
  for (const char* part : {"host *.test", "listener 127.0.0.1:9"}) QVERIFY2(all.text.find(part) != std::string::npos, all.text.c_str());
  QVERIFY(limit({}, Format::Json, dir, asJson).has_value());
  QCOMPARE(nlohmann::json::parse(asJson.text)["rules"][1]["profile"]["name"], "Firefox GPRS");
  command.adjustment = {};
  command.off = true;
  QVERIFY(limit(command, Format::Human, dir, output).has_value());
  QCOMPARE(engine.rules.size(), std::size_t(1));
}

SLUICE_TEST(aProfileComesFromAFileAsItWasShown) {
  using What = ProfileCommand::What;
  Throttled engine;
  CollectingOutput shown, output;
  QVERIFY(profile({What::Show, "Apple LTE"}, Format::Json, engine.dir.path(), shown).has_value());
  const auto file = engine.dir.path() / "lte.json";
  std::ofstream(file) << shown.text;
  QVERIFY(profile({What::Save, "mine", {}, file}, Format::Human, engine.dir.path(), output).has_value());
  QCOMPARE(engine.own.find("mine")->down.rate, throttle::Rate{6'250'000});
  std::ofstream(file) << "{\"down\": 7}";
  const auto wrong = profile({What::Save, "mine", {}, file}, Format::Human, engine.dir.path(), output);
  QVERIFY(!wrong && wrong.error().detail.find("lte.json") != std::string::npos && wrong.error().detail.find("down") != std::string::npos);
  const auto missing = profile({What::Save, "mine", {}, engine.dir.path() / "none"}, Format::Human, engine.dir.path(), output);
  QVERIFY(!missing && missing.error().detail.find("none") != std::string::npos);
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

SLUICE_TEST(theListHasTheLargerLossInFull) {
  Throttled engine;
  throttle::Profile lossy;
  lossy.name = "lossy";
  lossy.down.lossPercent = 0.25;
  lossy.up.lossPercent = 0.5;
  engine.own.put(lossy);
  CollectingOutput listed;
  QVERIFY(profile({ProfileCommand::What::List, {}}, Format::Human, engine.dir.path(), listed).has_value());
  const auto line = listed.text.substr(listed.text.find("lossy"));
  QVERIFY2(line.substr(0, line.find('\n')).find(" 0.5 %") != std::string::npos, listed.text.c_str());
}
