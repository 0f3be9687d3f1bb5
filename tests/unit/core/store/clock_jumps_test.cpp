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

}  // namespace

SLUICE_TEST(aClockThatRunsIsTrusted) {
  ClockJumps jumps;
  for (int hour = 0; hour < 48; ++hour) QVERIFY(jumps.areOver(kWall + hours(hour), kBegin + hours(hour)));
  QVERIFY(jumps.areOver(kWall + hours(47) + minutes(59), kBegin + hours(48)));  // set back a little
  QVERIFY(jumps.areOver(kWall + hours(49) + minutes(30), kBegin + hours(49)));
}

SLUICE_TEST(aClockThatJumpsAheadIsTrustedAfterAWhile) {
  ClockJumps jumps;
  QVERIFY(jumps.areOver(kWall, kBegin));
  const WallTime ahead = kWall + hours(24 * 365);
  QVERIFY(!jumps.areOver(ahead, kBegin + seconds(1)));
  QVERIFY(!jumps.areOver(ahead + minutes(9), kBegin + minutes(9)));
  QVERIFY(jumps.areOver(ahead + minutes(11), kBegin + minutes(11)));
  // Set right, and wrong again.
  QVERIFY(jumps.areOver(kWall + minutes(12), kBegin + minutes(12)));
  QVERIFY(!jumps.areOver(ahead, kBegin + minutes(13)));
}

// Whoever was away for long, or started with a clock that is a year ahead: nobody can tell the one from the other.
SLUICE_TEST(aClockThatIsFarAheadAtTheStartIsTrustedAfterAWhile) {
  for (const auto away : {hours(49), hours(24 * 365)}) {
    ClockJumps jumps;
    jumps.wasLast(kWall - away);
    QVERIFY(!jumps.areOver(kWall, kBegin));
    QVERIFY(!jumps.areOver(kWall + minutes(9), kBegin + minutes(9)));
    QVERIFY(jumps.areOver(kWall + minutes(11), kBegin + minutes(11)));
  }
  for (const auto away : {hours(47), hours(0), hours(-24 * 365)}) {
    ClockJumps jumps;
    jumps.wasLast(kWall - away);
    QVERIFY(jumps.areOver(kWall, kBegin));
  }
}
