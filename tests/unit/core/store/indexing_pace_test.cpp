#include "core/store/indexing_pace.h"

#include "tests/support/test.h"

using namespace sluice::store;
using namespace std::chrono_literals;

namespace {
constexpr IndexingPace::Clock::time_point kBegin{};
}  // namespace

SLUICE_TEST(goesOnUnderTheTrafficOfABrowser) {
  IndexingPace pace({}, kBegin);
  for (int i = 1; i <= 40; ++i) QVERIFY(!pace.waits({false, std::uint64_t(i) * 500}, kBegin + i * 250ms));
  QVERIFY(pace.pauseAfter(30ms) == 30ms);
  QVERIFY(pace.pauseAfter(1ms) == 5ms);
}

SLUICE_TEST(waitsForTheRecorder) {
  IndexingPace pace({}, kBegin);
  QVERIFY(pace.waits({true, 1}, kBegin + 1s));
  QVERIFY(!pace.waits({false, 1}, kBegin + 1s));
}

SLUICE_TEST(waitsForABurstToPassUntilTooMuchIsBehind) {
  IndexingPace pace({false, 1000}, kBegin);
  QVERIFY(!pace.waits({false, 9000}, kBegin + 100ms));  // too early to tell
  QVERIFY(pace.waits({false, 9000}, kBegin + 250ms));
  QVERIFY(pace.waits({false, 100'999}, kBegin + 300ms));
  QVERIFY(!pace.waits({false, 101'000}, kBegin + 400ms));
  QVERIFY(pace.pauseAfter(10ms) == 90ms);
  pace.caughtUp({false, 101'000});
  QVERIFY(pace.waits({false, 102'000}, kBegin + 450ms));
  QVERIFY(pace.waits({false, 102'000}, kBegin + 500ms));
  QVERIFY(!pace.waits({false, 102'500}, kBegin + 750ms));  // it has passed
  QVERIFY(pace.pauseAfter(10ms) == 10ms);
}

SLUICE_TEST(aHistoryThatBecomesSmallerIsNoBurst) {
  IndexingPace pace({false, 100'000}, kBegin);
  QVERIFY(!pace.waits({false, 0}, kBegin + 1s));
  QVERIFY(!pace.waits({false, 100}, kBegin + 2s));
}
