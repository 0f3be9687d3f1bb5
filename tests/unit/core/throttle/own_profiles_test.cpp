#include "core/throttle/own_profiles.h"

#include "core/base/limits.h"
#include "core/throttle/adjustment.h"
#include "core/throttle/presets.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

namespace {

Profile named(std::string name, std::uint64_t down = 5'000) {
  Profile profile;
  profile.name = std::move(name);
  profile.down.rate = {down};
  return profile;
}

std::string problemWith(const OwnProfiles& own, const Profile& profile) {
  const auto checked = own.check(profile);
  return checked ? std::string() : checked.error().detail;
}

}  // namespace

SLUICE_TEST(ownProfilesAreFoundBesideThePresetsWhateverTheirCase) {
  OwnProfiles own;
  own.put(named("train"));
  own.put(named("Attic", 7'000));
  QCOMPARE(own.all().size(), std::size_t(2));
  QCOMPARE(own.all()[0].name, std::string("Attic"));
  QCOMPARE(own.find("TRAIN")->down.rate, Rate{5'000});
  QCOMPARE(own.find("apple lte")->name, std::string("Apple LTE"));
  const auto unknown = own.find("Moon");
  QVERIFY(!unknown && unknown.error().code == Code::NotFound && unknown.error().detail.find("'Moon'") != std::string::npos);
}

SLUICE_TEST(aNameThatIsThereAlreadyIsReplaced) {
  OwnProfiles own;
  own.put(named("train"));
  own.put(named("Train", 9'000));
  QCOMPARE(own.all().size(), std::size_t(1));
  QCOMPARE(own.all()[0].name, std::string("Train"));
  QCOMPARE(OwnProfiles::key("Train"), OwnProfiles::key("tRAIN"));
}

SLUICE_TEST(presetsStayAsTheyAre) {
  OwnProfiles own;
  QVERIFY(problemWith(own, named("chrome slow 4g")).find("'Chrome Slow 4G' comes with Sluice") != std::string::npos);
  const auto removal = own.checkRemoval("Apple LTE");
  QVERIFY(!removal && removal.error().detail.find("'Apple LTE'") != std::string::npos);
  const auto unknown = own.checkRemoval("Moon");
  QVERIFY(!unknown && unknown.error().code == Code::NotFound);
}

SLUICE_TEST(badNamesAndNumbersAreNamed) {
  OwnProfiles own;
  QVERIFY(problemWith(own, named("")).find("needs a name") != std::string::npos);
  QVERIFY(problemWith(own, named("a\nb")).find("control character") != std::string::npos);
  QVERIFY(problemWith(own, named(" a")).find("' a'") != std::string::npos);
  QVERIFY(problemWith(own, named("a\xff")).find("UTF-8") != std::string::npos);
  QVERIFY(problemWith(own, named(std::string(limits::kProfileNameBytesMax + 1, 'n'))).find("longer than") != std::string::npos);
  auto profile = named("a");
  profile.source.assign(limits::kProfileSourceBytesMax + 1, 's');
  QVERIFY(problemWith(own, profile).find("source") != std::string::npos);
  profile = named("a");
  profile.up.lossPercent = 101;
  QVERIFY(problemWith(own, profile).find("'a'") != std::string::npos);
  QCOMPARE(problemWith(own, named("Zug nach Köln")), std::string());
}

SLUICE_TEST(thereIsRoomForManyButNotForever) {
  OwnProfiles own;
  for (std::size_t i = 0; i < limits::kOwnProfilesMax; ++i) {
    QCOMPARE(problemWith(own, named("p" + std::to_string(i))), std::string());
    own.put(named("p" + std::to_string(i)));
  }
  QVERIFY(problemWith(own, named("one more")).find("limit") != std::string::npos);
  QCOMPARE(problemWith(own, named("P7")), std::string());
  own.remove("P7");
  QCOMPARE(problemWith(own, named("one more")), std::string());
}

SLUICE_TEST(whatIsAdjustedLosesItsName) {
  const Profile& preset = *findPreset("Apple LTE");
  QVERIFY(Adjustment().appliedTo(preset) == preset);
  const auto adjusted = Adjustment{.down = Rate{1'000'000}, .roundTrip = Micros(30'001)}.appliedTo(preset);
  QCOMPARE(adjusted.name + adjusted.source, std::string());
  QCOMPARE(adjusted.down.rate, Rate{1'000'000});
  QCOMPARE(adjusted.up.rate, preset.up.rate);
  QCOMPARE(adjusted.roundTrip().count(), Micros::rep(30'001));
  QCOMPARE(Adjustment{.down = preset.down.rate}.appliedTo(preset).name, preset.name);
}
