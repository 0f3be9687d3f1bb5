#include "core/engine/clock.h"

#include <chrono>

#include "tests/support/test.h"

using namespace sluice;

SLUICE_TEST(monotonicTimeNeverGoesBack) {
  auto last = engine::readClocks().mono;
  for (int i = 0; i < 1000; ++i) {
    const auto next = engine::readClocks().mono;
    QVERIFY(next >= last);
    last = next;
  }
}

SLUICE_TEST(wallTimeIsThatOfTheSystem) {
  const auto before = std::chrono::floor<Micros>(std::chrono::system_clock::now());
  const auto read = engine::readClocks().wall;
  QVERIFY(read >= before && read <= std::chrono::system_clock::now());
}

// Deadlines are handed to timers of the steady clock as they are.
SLUICE_TEST(monotonicTimeIsThatOfTheSteadyClock) {
  const auto before = std::chrono::floor<Micros>(std::chrono::steady_clock::now().time_since_epoch());
  const auto read = engine::readClocks().mono.time_since_epoch();
  QVERIFY(read >= before && read <= std::chrono::steady_clock::now().time_since_epoch());
}
