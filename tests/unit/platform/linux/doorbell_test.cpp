// What the doorbell of Linux promises, whatever the process at its other end does. Where the kernel is too old for it (before 6.4), or the
// ports are those of macOS, nothing is made.
#include "platform/doorbell.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <tuple>

#include "platform/process.h"
#include "platform/shared_memory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

bool rings(const Doorbell& bell) {
  pollfd ready{static_cast<int>(bell.handle()), POLLIN, 0};
  return ::poll(&ready, 1, 0) == 1;
}

struct Ends {
  Ends() {
    prepareServerProcess();
    std::tie(bell, button) = Doorbell::make();
  }
  Doorbell bell;
  DoorbellButton button;
};

}  // namespace

SLUICE_TEST(aRingIsHeardUntilItIsSilenced) {
  Ends ends;
  if (!ends.bell) QSKIP("there are no doorbells here: Linux before 6.4, or the ports of macOS");
  QVERIFY(!rings(ends.bell));
  QVERIFY(ends.button.ring());
  QVERIFY(ends.button.ring());
  QVERIFY(rings(ends.bell));
  ends.bell.silence();
  QVERIFY(!rings(ends.bell));
  QVERIFY(ends.bell.canRing());
}

SLUICE_TEST(whoRingsNeverWaitsEvenIfTheOtherProcessLetsItBlock) {
  Ends ends;
  if (!ends.bell) QSKIP("there are no doorbells here: Linux before 6.4, or the ports of macOS");
  QCOMPARE(::fcntl(static_cast<int>(ends.button.handle()), F_SETFL, 0), 0);
  for (int i = 0; i < 200'000; ++i) QVERIFY(ends.button.ring());  // more than any pipe holds
  ends.bell.silence();
  QVERIFY(ends.button.ring());
}

SLUICE_TEST(aDoorbellWithoutButtonsRingsNoMore) {
  Ends ends;
  if (!ends.bell) QSKIP("there are no doorbells here: Linux before 6.4, or the ports of macOS");
  ends.button = {};
  ends.bell.silence();
  QVERIFY(!ends.bell.canRing());
}

SLUICE_TEST(aButtonWhoseDoorbellIsGoneSaysSo) {
  Ends ends;
  if (!ends.bell) QSKIP("there are no doorbells here: Linux before 6.4, or the ports of macOS");
  ends.bell = {};
  QVERIFY(!ends.button.ring());
}

SLUICE_TEST(onlyWhatCanBeWrittenToAsAPipeIsTakenForAButton) {
  Ends ends;
  auto memory = SharedMemory::create(4096);
  QVERIFY(memory.has_value());
  const auto taken = [](Handle handle) { return DoorbellButton::take(OwnedHandle(::dup(static_cast<int>(handle)))); };
  const auto noPipe = taken(memory->handle());
  QVERIFY(!noPipe && noPipe.error().code == Code::ProtocolFault);
  if (!ends.bell) return;
  const auto endThatHears = taken(ends.bell.handle());
  QVERIFY(!endThatHears && endThatHears.error().code == Code::ProtocolFault);
  auto button = taken(ends.button.handle());
  QVERIFY(button && button->ring() && rings(ends.bell));
}
