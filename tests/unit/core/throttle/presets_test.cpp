#include "core/throttle/presets.h"

#include "core/throttle/profile_json.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

namespace {

void comparePreset(const char* name, std::uint64_t down, std::uint64_t up, Micros downDelay, Micros upDelay) {
  const Profile* preset = findPreset(name);
  QVERIFY2(preset != nullptr, name);
  QCOMPARE(preset->down.rate.bytesPerSecond, down);
  QCOMPARE(preset->up.rate.bytesPerSecond, up);
  QCOMPARE(preset->down.delay.count(), downDelay.count());
  QCOMPARE(preset->up.delay.count(), upDelay.count());
}

}  // namespace

SLUICE_TEST(presetsCarryTheNumbersOfTheirSource) {
  comparePreset("Chrome Slow 4G", 180'000, 84'375, Micros(281'250), Micros(281'250));
  comparePreset("Chrome Fast 4G", 1'012'500, 168'750, Micros(82'500), Micros(82'500));
  comparePreset("Firefox GPRS", 6'250, 2'500, Micros(250'000), Micros(250'000));
  comparePreset("Firefox DSL", 250'000, 125'000, Micros(2'500), Micros(2'500));
  comparePreset("WebPageTest Dial-up", 6'125, 3'750, Micros(60'000), Micros(60'000));
  comparePreset("Apple LTE", 6'250'000, 1'250'000, Micros(50'000), Micros(65'000));
  QCOMPARE(findPreset("Apple Very Bad Network")->down.lossPercent, 10.0);
  QCOMPARE(findPreset("Apple 100 % Loss")->up.lossPercent, 100.0);
  QCOMPARE(presets().size(), std::size_t{26});
}

SLUICE_TEST(presetsAreFoundWhateverTheCase) {
  QCOMPARE(findPreset("chrome slow 4g"), findPreset("Chrome Slow 4G"));
  QVERIFY(findPreset("chrome slow 4g") != nullptr);
  QVERIFY(findPreset("Chrome Slow") == nullptr);
  QVERIFY(findPreset("") == nullptr);
}

SLUICE_TEST(everyPresetSaysWhereItsNumbersComeFrom) {
  for (const auto& preset : presets()) {
    QVERIFY2(!preset.source.empty() && !preset.isNeutral(), preset.name.c_str());
    QVERIFY(profileFromJson(toJson(preset)).value() == preset);
  }
}
