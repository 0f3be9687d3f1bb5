// What a loop is told of a port's socket and its doorbell: platform/net/port_waiter.h.
#include "platform/net/port_waiter.h"

#include <optional>

#include "platform/process.h"
#include "tests/support/port/socket_pair.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::platform;
using sluice::test::SocketPair;

namespace {

struct Rig {
  Rig() {
    prepareServerProcess();
    std::tie(bell, button) = Doorbell::make();
    waiter.emplace(loop, sockets.b(), bell, net::PortWaiter::Told{[this] { ++readable; }, [this] { ++rung; }, [] {}});
    waiter->waitReadable();
  }
  // Everything that is ready now.
  void run() {
    loop.restart();
    loop.poll();
  }

  SocketPair sockets;
  Doorbell bell;
  DoorbellButton button;
  asio::io_context loop;
  int readable = 0;
  int rung = 0;
  std::optional<net::PortWaiter> waiter;
};

}  // namespace

SLUICE_TEST(aRingIsToldAndTheSocketStaysWaitedFor) {
  Rig rig;
  if (!rig.bell) QSKIP("this system has no doorbells");
  for (int i = 1; i <= 3; ++i) {
    QVERIFY(rig.button.ring());
    while (rig.rung < i) rig.run();
    rig.bell.silence();
    rig.waiter->waitReadable();
  }
  rig.run();
  QCOMPARE(rig.rung, 3);
  QCOMPARE(rig.readable, 0);
  QVERIFY(rig.sockets.a().send(asBytes("x"), {}, {}).status == IoResult::Status::Ok);
  while (rig.readable < 1) rig.run();
  QCOMPARE(rig.rung, 3);
}

SLUICE_TEST(aRingThatCameBeforeItWasWaitedForIsToldToo) {
  Rig rig;
  if (!rig.bell) QSKIP("this system has no doorbells");
  QVERIFY(rig.button.ring());
  while (rig.rung < 1) rig.run();
  QVERIFY(rig.button.ring());
  rig.waiter->waitReadable();
  while (rig.rung < 2) rig.run();
}

// Otherwise its end would be told again and again.
SLUICE_TEST(aDoorbellWithoutButtonsIsWaitedForNoMore) {
  Rig rig;
  if (!rig.bell) QSKIP("this system has no doorbells");
  rig.button = {};
  while (rig.rung < 1) rig.run();
  rig.bell.silence();
  for (int i = 0; i < 10; ++i) {
    rig.waiter->waitReadable();
    rig.run();
  }
  QCOMPARE(rig.rung, 1);
  QVERIFY(rig.sockets.a().send(asBytes("x"), {}, {}).status == IoResult::Status::Ok);
  while (rig.readable < 1) rig.run();
}
