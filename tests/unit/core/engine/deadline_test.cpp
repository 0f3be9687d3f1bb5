#include "core/engine/deadline.h"

#include <optional>
#include <vector>

#include "core/engine/clock.h"
#include "tests/support/test.h"

using namespace sluice;
using engine::Deadline;

namespace {
MonoTime in(int milliseconds) { return engine::readClocks().mono + std::chrono::milliseconds(milliseconds); }
}  // namespace

SLUICE_TEST(firesOnceWhenDue) {
  asio::io_context loop;
  int fired = 0;
  const auto due = in(5);
  MonoTime firedAt{};
  Deadline deadline(loop, [&] {
    fired++;
    firedAt = engine::readClocks().mono;
  });
  deadline.set(due);
  loop.run();
  QCOMPARE(fired, 1);
  QVERIFY(firedAt >= due);
}

SLUICE_TEST(aLaterTimeReplacesAnEarlierOne) {
  asio::io_context loop;
  const auto due = in(30);
  MonoTime firedAt{};
  Deadline deadline(loop, [&] { firedAt = engine::readClocks().mono; });
  deadline.set(in(2));
  deadline.set(due);
  loop.run();
  QVERIFY(firedAt >= due);
}

SLUICE_TEST(anEarlierTimeReplacesALaterOne) {
  asio::io_context loop;
  bool fired = false;
  Deadline deadline(loop, [&] {
    fired = true;
    loop.stop();
  });
  deadline.set(in(600'000));
  deadline.set(in(2));
  loop.run();
  QVERIFY(fired);
}

SLUICE_TEST(aClearedOrDestroyedDeadlineNeverFires) {
  asio::io_context loop;
  bool fired = false;
  Deadline cleared(loop, [&] { fired = true; });
  cleared.set(in(1));
  cleared.clear();
  {
    Deadline destroyed(loop, [&] { fired = true; });
    destroyed.set(in(1));
  }
  loop.run();
  QVERIFY(!fired);
}

SLUICE_TEST(canBeSetAgainWhenItFires) {
  asio::io_context loop;
  int fired = 0;
  Deadline* self = nullptr;
  Deadline deadline(loop, [&] {
    if (++fired < 3) self->set(in(1));
  });
  self = &deadline;
  deadline.set(in(1));
  loop.run();
  QCOMPARE(fired, 3);
}

SLUICE_TEST(severalFireInTheOrderOfTheirTimes) {
  asio::io_context loop;
  std::vector<int> fired;
  Deadline last(loop, [&] { fired.push_back(3); });
  Deadline first(loop, [&] { fired.push_back(1); });
  Deadline second(loop, [&] { fired.push_back(2); });
  const auto base = in(1);
  last.set(base + std::chrono::milliseconds(20));
  first.set(base);
  second.set(base + std::chrono::milliseconds(10));
  loop.run();
  QVERIFY((fired == std::vector<int>{1, 2, 3}));
}

SLUICE_TEST(neverFiresFromInsideACall) {
  asio::io_context loop;
  int fired = 0;
  Deadline deadline(loop, [&] { ++fired; });
  deadline.set(in(-1000));
  deadline.set(in(-2000));
  QCOMPARE(fired, 0);
  loop.run();
  QCOMPARE(fired, 1);
}

// Both are over when the loop looks: the end of the second stands in its queue already.
SLUICE_TEST(whatIsClearedByAnotherThatFiresDoesNotFire) {
  for (const bool destroy : {false, true}) {
    asio::io_context loop;
    std::optional<Deadline> one, another;
    int fired = 0;
    const auto fire = [&](std::optional<Deadline>& other) {
      ++fired;
      destroy ? other.reset() : other->clear();
    };
    one.emplace(loop, [&] { fire(another); });
    another.emplace(loop, [&] { fire(one); });
    one->set(in(-2));
    another->set(in(-1));
    loop.run();
    QCOMPARE(fired, 1);
  }
}

SLUICE_TEST(canBeSetAfterItWasCleared) {
  asio::io_context loop;
  int fired = 0;
  Deadline deadline(loop, [&] { ++fired; });
  deadline.set(in(1));
  deadline.clear();
  deadline.set(in(2));
  loop.run();
  QCOMPARE(fired, 1);
}
