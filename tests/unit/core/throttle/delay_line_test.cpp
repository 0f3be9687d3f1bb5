#include "core/throttle/delay_line.h"

#include "tests/support/pipe/choices.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

namespace {

MonoTime ms(std::int64_t milliseconds) { return MonoTime(std::chrono::milliseconds(milliseconds)); }
constexpr std::uint32_t kMiddle = 1u << 31;

}  // namespace

SLUICE_TEST(eachPieceLeavesAfterTheDelay) {
  DelayLine line;
  line.set(std::chrono::milliseconds(100), Micros(0));
  line.arrived(10, ms(0), 7);
  line.arrived(5, ms(30), 7);
  QCOMPARE(line.released(ms(99)), std::uint64_t{0});
  QVERIFY(line.nextAt() == ms(100));
  QCOMPARE(line.released(ms(100)), std::uint64_t{10});
  QVERIFY(line.nextAt() == ms(130));
  QCOMPARE(line.released(ms(200)), std::uint64_t{15});
  QVERIFY(!line.nextAt());
}

SLUICE_TEST(aDelayCostsNoBandwidth) {
  DelayLine line;
  line.set(std::chrono::milliseconds(100), Micros(0));
  for (int i = 0; i < 1000; ++i) line.arrived(1, ms(i), 0);
  for (int i = 100; i < 1100; ++i) QCOMPARE(line.released(ms(i)), std::uint64_t(i - 99));
}

SLUICE_TEST(jitterKeepsTheOrderAndItsBounds) {
  test::Choices choices(11);
  DelayLine line;
  line.set(std::chrono::milliseconds(100), std::chrono::milliseconds(20));
  std::uint64_t before = 0;
  std::uint64_t moved = 0;
  for (int i = 0; i < 3000; ++i) {
    line.arrived(1, ms(i), static_cast<std::uint32_t>(choices.below(UINT32_MAX)));
    const auto released = line.released(ms(i));
    QVERIFY(released >= before);
    QVERIFY(i < 121 || released >= std::uint64_t(i) - 120);  // none later than 120 ms
    QVERIFY(released <= std::uint64_t(std::max(0, i - 79)));  // none earlier than 80 ms
    moved += released != before;
    before = released;
  }
  QVERIFY(moved > 200 && moved < 2900);  // it is uneven
}

SLUICE_TEST(noPieceLeavesBeforeItCame) {
  DelayLine line;
  line.set(std::chrono::milliseconds(5), std::chrono::milliseconds(50));
  line.arrived(1, ms(100), 0);  // as early as can be
  QVERIFY(line.nextAt() == ms(100));
}

SLUICE_TEST(aStallHoldsWhatIsBehindIt) {
  DelayLine line;
  line.arrived(1, ms(0), kMiddle, std::chrono::milliseconds(200));
  line.arrived(1, ms(50), kMiddle);
  line.arrived(1, ms(300), kMiddle);
  QCOMPARE(line.released(ms(199)), std::uint64_t{0});
  QCOMPARE(line.released(ms(200)), std::uint64_t{2});
  QCOMPARE(line.released(ms(300)), std::uint64_t{3});
}

SLUICE_TEST(clearLetsEverythingGo) {
  DelayLine line;
  line.set(std::chrono::seconds(10), Micros(0));
  line.arrived(4, ms(0), 0);
  line.clear();
  QCOMPARE(line.released(ms(0)), std::uint64_t{4});
  QVERIFY(!line.nextAt());
}
