#include "core/engine/profile_desk.h"

#include <deque>

#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;
using control::ProfileScope;

namespace {

struct Desk {
  std::vector<control::ListenerStatus> listeners{{"regular@127.0.0.1:0", "regular", "127.0.0.1:41234"},
                                                 {"socks5@127.0.0.1:0", "socks5", "127.0.0.1:41235"}};
  std::map<std::string, std::string, std::less<>> kept;
  bool diskIsFull = false;
  int changes = 0;
  KeptChanges keeper{[this](const std::string& key, std::optional<std::string> text, const KeptChanges::Answer& answer) {
    if (diskIsFull) return answer(fail(Side::Local, Code::NoSpace, "the disk"));
    text ? void(kept[key] = *text) : void(kept.erase(key));
    answer({});
  }};
  ProfileDesk desk{listeners, keeper, [this] { ++changes; }};

  Result<void> use(const control::UseProfile& use) {
    return outcomeOf([&](auto done) { desk.use(use, done); });
  }
  Result<void> save(const std::string& text) {
    return outcomeOf([&](auto done) { desk.save(text, done); });
  }
  Result<void> remove(const std::string& name) {
    return outcomeOf([&](auto done) { desk.remove(name, done); });
  }

 private:
  static Result<void> outcomeOf(const std::function<void(KeptChanges::Answer)>& ask) {
    Result<void> outcome = fail(Side::Local, Code::Aborted, "no answer");
    ask([&](const Result<void>& answer) { outcome = answer; });
    return outcome;
  }
};

std::string json(const char* preset) { return throttle::toJson(*throttle::findPreset(preset)); }

std::string problemOf(const Result<void>& outcome) { return outcome ? std::string() : outcome.error().detail; }

const std::string kMine = R"({"name":"Mine","down":{"rate":"64k"}})";

}  // namespace

SLUICE_TEST(whatTheCommandLineSaysIsInForceFromTheBeginning) {
  Desk d;
  d.kept["profile/mine"] = kMine;
  d.kept["profile/later"] = R"({"name":"later","warp":9})";  // of a newer version
  d.kept["other"] = "setting";
  QVERIFY(d.desk.begin(d.kept, "MINE", {.up = throttle::Rate{2'000}}).has_value());
  QCOMPARE(d.desk.plan().everything.down.rate, throttle::Rate{64'000});
  QCOMPARE(d.desk.plan().everything.up.rate, throttle::Rate{2'000});
  QCOMPARE(d.desk.profiles().own.size(), std::size_t(1));
  QVERIFY(d.kept.contains("profile/later"));
  QVERIFY(d.desk.slowListener("127.0.0.1:41234", "apple lte").has_value());
  QCOMPARE(d.desk.profiles().rules[0].target, std::string("127.0.0.1:41234"));
  const auto wrong = d.desk.slowListener("127.0.0.1:41234", "Moon");
  QVERIFY(!wrong && wrong.error().detail.find("'Moon'") != std::string::npos);
  Desk other;
  const auto unknown = other.desk.begin({}, "Moon", {});
  QVERIFY(!unknown && unknown.error().code == Code::BadArgument && unknown.error().detail.find("'Moon'") != std::string::npos);
}

SLUICE_TEST(profilesAreForEverythingForHostsAndForListeners) {
  Desk d;
  QCOMPARE(problemOf(d.use({json("Apple LTE"), ProfileScope::Everything, {}})), std::string());
  QCOMPARE(problemOf(d.use({json("Firefox GPRS"), ProfileScope::Host, "*.test"})), std::string());
  for (const char* listener : {"127.0.0.1:41234", "41235", "regular@127.0.0.1:0"}) {
    QCOMPARE(problemOf(d.use({json("Apple DSL"), ProfileScope::Listener, listener})), std::string());
  }
  QCOMPARE(d.changes, 5);
  QCOMPARE(d.desk.plan().rules.size(), std::size_t(3));
  QCOMPARE(d.desk.version(), std::uint64_t(5));
  QCOMPARE(problemOf(d.use({{}, ProfileScope::Host, "*.test"})), std::string());
  QCOMPARE(d.desk.plan().rules.size(), std::size_t(2));
  // What cannot be is said, and changes nothing.
  const auto before = d.desk.plan();
  QVERIFY(problemOf(d.use({{}, ProfileScope::Host, "*.test"})).find("'*.test'") != std::string::npos);
  QVERIFY(problemOf(d.use({json("Apple DSL"), ProfileScope::Listener, "9"})).find("'9'") != std::string::npos);
  QVERIFY(problemOf(d.use({json("Apple DSL"), ProfileScope::Host, ""})).find("no host") != std::string::npos);
  QVERIFY(!problemOf(d.use({"{}", ProfileScope::Unknown, "x"})).empty());
  QVERIFY(!problemOf(d.use({"nonsense", ProfileScope::Everything, {}})).empty());
  QVERIFY(!problemOf(d.use({{}, ProfileScope::Everything, {}})).empty());
  QVERIFY(d.desk.plan() == before);
}

SLUICE_TEST(profilesOfHostsOutliveTheEngine) {
  Desk d;
  QVERIFY(d.use({json("Firefox GPRS"), ProfileScope::Host, "*.test"}).has_value());
  QVERIFY(d.use({json("Apple LTE"), ProfileScope::Host, "api.test"}).has_value());
  QVERIFY(d.use({json("Apple DSL"), ProfileScope::Listener, "41235"}).has_value());
  QVERIFY(d.use({json("Apple DSL"), ProfileScope::Everything, {}}).has_value());
  {
    Desk next;
    QVERIFY(next.desk.begin(d.kept, {}, {}).has_value());
    const auto rules = next.desk.profiles().rules;
    QCOMPARE(rules.size(), std::size_t(2));
    QCOMPARE(rules[0].target, std::string("*.test"));
    QCOMPARE(rules[1].target, std::string("api.test"));
    QCOMPARE(throttle::profileFromJson(rules[1].profile)->name, std::string("Apple LTE"));
    QVERIFY(next.desk.plan().everything.isNeutral());
  }
  d.diskIsFull = true;
  const auto refused = d.use({json("Apple DSL"), ProfileScope::Host, "late.test"});
  QVERIFY(!refused && refused.error().code == Code::NoSpace);
  QCOMPARE(d.desk.profiles().rules.size(), std::size_t(3));
  d.diskIsFull = false;
  QVERIFY(d.use({{}, ProfileScope::Host, "*.test"}).has_value());
  QVERIFY(d.use({{}, ProfileScope::Host, "api.test"}).has_value());
  QVERIFY(!d.kept.contains("throttle/hosts"));
  d.kept["throttle/hosts"] = "{of a newer version";
  Desk later;
  QVERIFY(later.desk.begin(d.kept, {}, {}).has_value());
  QVERIFY(later.desk.profiles().rules.empty());
}

// Of a newer version, or of a damaged disk: said, left alone, and the others are there.
SLUICE_TEST(whatCannotBeReadIsSaidAndNothingTakesItsPlaceUnasked) {
  Desk d;
  d.kept["profile/mine"] = kMine;
  d.kept["profile/broken"] = R"({"name":"Broken","down":{"ra)";
  d.kept["profile/other"] = R"({"name":"someone else"})";
  d.kept["throttle/hosts"] = "{of a newer version";
  const auto before = d.kept;
  QVERIFY(d.desk.begin(d.kept, {}, {}).has_value());
  QCOMPARE(d.desk.profiles().own.size(), std::size_t(1));
  QCOMPARE(d.desk.notices().size(), std::size_t(3));
  QVERIFY(d.desk.notices()[0].starts_with("profile 'broken' cannot be read and is left out ("));
  QVERIFY(d.desk.notices()[1].starts_with("profile 'other' cannot be read and is left out (it says that its name is 'someone else')"));
  QVERIFY(d.desk.notices()[2].starts_with("the profiles of hosts cannot be read"));
  QVERIFY(d.kept == before);
  const std::string problem = problemOf(d.save(R"({"name":"BROKEN"})"));
  QVERIFY2(problem.starts_with("there is a profile 'BROKEN' that cannot be read ("), problem.c_str());
  QVERIFY(d.kept == before);
  QCOMPARE(problemOf(d.remove("Broken")), std::string());
  QVERIFY(!d.kept.contains("profile/broken"));
  QCOMPARE(problemOf(d.save(R"({"name":"Broken"})")), std::string());
  QVERIFY(!d.remove("never there"));

  d.diskIsFull = true;
  QVERIFY(!d.use({json("Apple LTE"), ProfileScope::Host, "api.test"}));
  QCOMPARE(d.kept["throttle/hosts"], std::string("{of a newer version"));
  d.diskIsFull = false;
  QCOMPARE(problemOf(d.use({json("Apple LTE"), ProfileScope::Host, "api.test"})), std::string());
  QCOMPARE(d.kept["throttle/hosts unread"], std::string("{of a newer version"));
  QCOMPARE(d.desk.profiles().rules.size(), std::size_t(1));
  Desk next;
  const auto asked = next.desk.begin(before, "broken", {});
  QVERIFY(!asked && asked.error().detail.starts_with("--profile: 'broken' cannot be read: "));
  Desk again;
  QVERIFY(again.desk.begin(d.kept, {}, {}).has_value());
  QCOMPARE(again.desk.profiles().rules.size(), std::size_t(1));
}

// Somebody changes two hosts before the disk has answered.
SLUICE_TEST(whatCannotBeReadIsPutAsideWholeWhenChangesAreQuick) {
  const std::string unread = "{of a newer version";
  std::map<std::string, std::string, std::less<>> kept{{"throttle/hosts", unread}};
  const auto begun = kept;
  std::deque<std::function<void()>> disk;
  KeptChanges keeper([&](const std::string& key, std::optional<std::string> text, const KeptChanges::Answer& answer) {
    disk.push_back([&kept, key, text = std::move(text), answer] {
      text ? void(kept[key] = *text) : void(kept.erase(key));
      answer({});
    });
  });
  const std::vector<control::ListenerStatus> listeners;
  ProfileDesk desk(listeners, keeper, [] {});
  QVERIFY(desk.begin(begun, {}, {}).has_value());
  int answered = 0;
  for (const char* host : {"a.test", "b.test"}) {
    desk.use({json("Apple LTE"), ProfileScope::Host, host}, [&](const Result<void>& done) { answered += done.has_value() ? 1 : 0; });
  }
  while (!disk.empty()) {
    const auto write = std::move(disk.front());
    disk.pop_front();
    write();
  }
  QCOMPARE(answered, 2);
  QCOMPARE(kept["throttle/hosts unread"], unread);
  QCOMPARE(throttle::planFromJson(kept["throttle/hosts"])->rules.size(), std::size_t(2));
}

SLUICE_TEST(whatCannotBeKeptIsNotThere) {
  Desk d;
  QCOMPARE(problemOf(d.save(kMine)), std::string());
  QVERIFY(d.kept.contains("profile/mine"));
  d.diskIsFull = true;
  QVERIFY(!d.save(R"({"name":"other"})"));
  QVERIFY(!d.remove("mine"));
  QCOMPARE(d.desk.profiles().own.size(), std::size_t(1));
  d.diskIsFull = false;
  QCOMPARE(problemOf(d.remove("MINE")), std::string());
  QVERIFY(d.kept.empty() && d.desk.profiles().own.empty());
  QVERIFY(!d.save(json("Apple LTE")));
  QVERIFY(!d.remove("Apple LTE"));
  QCOMPARE(d.desk.version(), std::uint64_t(2));
}

SLUICE_TEST(aSelfTestHasARuleThatNobodySees) {
  Desk d;
  QCOMPARE(problemOf(d.use({json("Firefox GPRS"), ProfileScope::Host, "*"})), std::string());
  const auto profile = d.desk.profileToMeasure(json("Apple LTE"));
  QVERIFY(profile.has_value());
  QCOMPARE(problemOf(d.desk.beginMeasuring("127.0.0.1:5", *profile)), std::string());
  QCOMPARE(d.desk.plan().rules[0].target, std::string("127.0.0.1:5"));  // before all others
  QCOMPARE(d.desk.profiles().rules.size(), std::size_t(1));
  QVERIFY(!d.desk.profileToMeasure({}));  // one at a time
  d.desk.endMeasuring();
  QCOMPARE(d.desk.plan().rules.size(), std::size_t(1));
  QCOMPARE(d.desk.profileToMeasure({})->name, std::string());
  const auto nothing = d.desk.profileToMeasure(json("Apple 100 % Loss"));
  QVERIFY(!nothing && nothing.error().detail.find("100 % Loss") != std::string::npos);
}
