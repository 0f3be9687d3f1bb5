#include "core/har/har_time.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::har;

SLUICE_TEST(readsTimesAsToolsWriteThem) {
  const WallTime wanted(Micros(1'795'256'100'123'000));
  for (const char* text : {"2026-11-21T10:15:00.123Z", "2026-11-21T11:15:00.123+01:00", "2026-11-21 10:15:00,123",
      "2026-11-21T04:45:00.123-0530",
                           "2026-11-21T10:15:00.123000Z", "2026-11-21T10:15:00.123000999z"}) {
    const auto time = fromIsoTime(text);
    QVERIFY2(time.has_value() && *time == wanted, text);
  }
  QCOMPARE(isoTime(wanted), std::string("2026-11-21T10:15:00.123000Z"));
  QVERIFY(fromIsoTime(isoTime(wanted)) == wanted);
  for (const char* text : {"", "yesterday", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "2026-11-21T25:00:00Z",
      "2026-11-21T10:15:00X", "-026-11-21T10:15:00Z"}) {
    QVERIFY2(!fromIsoTime(text), text);
  }
}

SLUICE_TEST(turnsPhasesIntoTimingsAndBack) {
  capture::Phases phases;
  phases.resolvedUs = 100;
  phases.connectedUs = 250;
  phases.requestSentUs = 300;
  phases.responseHeadUs = 1300;
  phases.finishedUs = 5300;
  const Timings timings = timingsOf(phases);
  QVERIFY(timings.dns == 100 && timings.connect == 150 && timings.send == 50 && timings.wait == 1000 && timings.receive == 4000);
  QCOMPARE(total(timings), std::int64_t(5300));
  const auto again = phasesOf(timings);
  QVERIFY(again.resolvedUs == 100 && again.connectedUs == 250 && again.requestSentUs == 300 && again.responseHeadUs == 1300 &&
      again.finishedUs == 5300);
  // What overlaps or did not happen stays the same from the second time on.
  phases.resolvedUs = -1;
  phases.responseHeadUs = 200;
  const Timings first = timingsOf(phases);
  const Timings second = timingsOf(phasesOf(first));
  QVERIFY(first.dns == -1 && second.dns == -1 && first.wait == 0 && second.wait == 0 && first.receive == second.receive);
}

SLUICE_TEST(writesMillisecondsWithoutRounding) {
  QCOMPARE(milliseconds(-1), std::string("-1"));
  QCOMPARE(milliseconds(0), std::string("0"));
  QCOMPARE(milliseconds(12'500), std::string("12.5"));
  QCOMPARE(milliseconds(1), std::string("0.001"));
  QCOMPARE(milliseconds(3'000'000), std::string("3000"));
}
