#include "core/throttle/loss.h"

#include "tests/support/pipe/choices.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

SLUICE_TEST(lossCapsTheRate) {
  Lane lane;
  lane.rate = {1'000'000};
  QCOMPARE(effectiveRate(lane, Micros(100'000)), Rate{1'000'000});
  lane.lossPercent = 1.5;  // 1460 / 0.1 s x sqrt(1.5 / 0.015)
  QCOMPARE(effectiveRate(lane, Micros(100'000)), Rate{146'000});
  lane.rate = kUnlimited;
  QCOMPARE(effectiveRate(lane, Micros(100'000)), Rate{146'000});
  lane.rate = {50'000};
  QCOMPARE(effectiveRate(lane, Micros(100'000)), Rate{50'000});
  lane.lossPercent = 100;
  QVERIFY(effectiveRate(lane, std::chrono::seconds(60)).bytesPerSecond >= kSlowestRate.bytesPerSecond);
}

SLUICE_TEST(asManyPiecesStallAsSegmentsAreLost) {
  test::Choices choices(3);
  const auto stalled = [&](std::uint64_t bytes, double percent) {
    int count = 0;
    for (int i = 0; i < 20'000; ++i) {
      count += stallOf(bytes, percent, Micros(50'000), static_cast<std::uint32_t>(choices.below(UINT32_MAX))).count() > 0;
    }
    return count;
  };
  QCOMPARE(stalled(1460, 0), 0);
  const int one = stalled(1000, 10);
  QVERIFY2(std::abs(one - 2000) < 200, std::to_string(one).c_str());
  QVERIFY(std::abs(stalled(2 * 1460, 10) - 3800) < 250);  // 1 - 0.9^2
  QCOMPARE(stalled(1, 100), 20'000);
  QCOMPARE(stallOf(1, 100, Micros(50'000), 0).count(), std::int64_t{250'000});
}

SLUICE_TEST(connectionsCloseAsOftenAsAsked) {
  test::Choices choices(5);
  double minutes = 0;
  for (int i = 0; i < 20'000; ++i) {
    minutes += static_cast<double>(untilClosed(4, static_cast<std::uint32_t>(choices.below(UINT32_MAX))).count()) / 60e6;
  }
  QVERIFY2(std::abs(minutes - 5'000) < 200, std::to_string(minutes).c_str());
  QVERIFY(untilClosed(4, 0) > untilClosed(4, 1));
  QCOMPARE(untilClosed(4, UINT32_MAX).count(), std::int64_t{0});
}
