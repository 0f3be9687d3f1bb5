#include "core/store/clock_jumps.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::store;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

constexpr ClockJumps::Time kBegin{hours(5)};
constexpr WallTime kWall{Micros(1'700'000'000'000'000)};

bool isTrusted(ClockJumps& jumps, WallTime wall, ClockJumps::Time now) { return jumps.trusted(wall, now) == wall; }

}  // namespace

SLUICE_TEST(aClockThatRunsIsTrusted) {
  ClockJumps jumps;
  for (int hour = 0; hour < 48; ++hour) QVERIFY(isTrusted(jumps, kWall + hours(hour), kBegin + hours(hour)));
  QVERIFY(isTrusted(jumps, kWall + hours(47) + minutes(59), kBegin + hours(48)));  // set back a little
  QVERIFY(isTrusted(jumps, kWall + hours(49) + minutes(30), kBegin + hours(49)));
}

SLUICE_TEST(aClockThatJumpsAheadIsTrustedAfterAWhile) {
  ClockJumps jumps;
  QVERIFY(isTrusted(jumps, kWall, kBegin));
  const WallTime ahead = kWall + hours(24 * 365);
  QVERIFY(jumps.trusted(ahead, kBegin + seconds(1)) == kWall);
  QVERIFY(jumps.trusted(ahead + minutes(9), kBegin + minutes(9)) == kWall);
  QVERIFY(isTrusted(jumps, ahead + minutes(11), kBegin + minutes(11)));
  // Set right, and wrong again.
  QVERIFY(isTrusted(jumps, kWall + minutes(12), kBegin + minutes(12)));
  QVERIFY(jumps.trusted(ahead, kBegin + minutes(13)) == kWall + minutes(12));
}

// Whoever was away for long, or started with a clock that is a year ahead: nobody can tell the one from the other.
SLUICE_TEST(aClockThatIsFarAheadAtTheStartIsTrustedAfterAWhile) {
  for (const auto away : {hours(49), hours(24 * 365)}) {
    const WallTime settled = kWall - away - hours(1);
    ClockJumps jumps;
    jumps.wasLast(kWall - away, settled);
    QVERIFY(jumps.trusted(kWall, kBegin) == settled);
    QVERIFY(jumps.trusted(kWall + minutes(9), kBegin + minutes(9)) == settled);
    QVERIFY(isTrusted(jumps, kWall + minutes(11), kBegin + minutes(11)));
  }
  for (const auto away : {hours(47), hours(0), hours(-24 * 365)}) {
    for (const WallTime settled : {WallTime(), kWall - away}) {
      ClockJumps jumps;
      jumps.wasLast(kWall - away, settled);
      QVERIFY(isTrusted(jumps, kWall, kBegin));
    }
  }
}

SLUICE_TEST(untilThenTimeStandsWhereItWasKnown) {
  ClockJumps none;
  none.wasLast(kWall - hours(49), WallTime());
  QVERIFY(none.trusted(kWall, kBegin) == WallTime());
  ClockJumps jumps;
  jumps.wasLast(kWall - hours(49), kWall - hours(50));
  QVERIFY(jumps.trusted(kWall, kBegin) == kWall - hours(50));
  QVERIFY(jumps.trusted(kWall + hours(100), kBegin + minutes(1)) == kWall - hours(50));  // what came between has not settled either
  QVERIFY(jumps.trusted(kWall - hours(99), kBegin + minutes(2)) == kWall - hours(99));
  QVERIFY(isTrusted(jumps, kWall, kBegin + hours(200)));
}

// It does not become right by being wrong in two short runs.
SLUICE_TEST(aClockThatWasFarAheadInTheLastRunToo) {
  const WallTime ahead = kWall + hours(24 * 365);
  ClockJumps jumps;
  jumps.wasLast(ahead, kWall);
  QVERIFY(jumps.trusted(ahead + hours(1), kBegin) == kWall);
  QVERIFY(isTrusted(jumps, ahead + hours(2), kBegin + hours(1)));
}
