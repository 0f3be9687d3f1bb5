#include "core/engine/deadline.h"

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
