// Programs at the control endpoint of a real engine that are too many, do not read, or wait for a recorder that is held up: the others
// never notice.
#include <chrono>
#include <string>
#include <vector>

#include "tests/support/control/control_peer.h"
#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"
#include "tests/support/held_thread_linux.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(oneProgramTooManyIsToldSoAndTheOthersAreServed) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  std::vector<ControlPeer> peers;
  for (std::size_t i = 0; i < limits::kControlClientsMax; ++i) {
    auto peer = ControlPeer::attach(engine.dataDir());
    QVERIFY(peer && peer->hear<control::Hello>());
    peers.push_back(std::move(*peer));
  }
  {
    auto oneMore = ControlPeer::attach(engine.dataDir());
    QVERIFY(oneMore.has_value());
    const auto refusal = oneMore->hear<control::Failure>();
    QVERIFY(refusal && refusal->error.code == Code::TooManyConnections);
    QVERIFY2(refusal->error.detail.find("64 programs") != std::string::npos, refusal->error.detail.c_str());
    QVERIFY(oneMore->isEnded());
  }
  for (auto& peer : peers) QVERIFY(peer.say(control::GetStatus{}) && peer.hear<control::StatusReply>());
  // A place that comes free is given to the next.
  peers.pop_back();
  QVERIFY(eventually([&] {
    auto next = ControlPeer::attach(engine.dataDir());
    return next && next->say(control::GetStatus{}) && next->hear<control::StatusReply>();
  }));
}

SLUICE_TEST(aProgramThatDoesNotReadIsDroppedBeforeItCostsMemory) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  auto reads = ControlPeer::attach(engine.dataDir());
  auto stalls = ControlPeer::attach(engine.dataDir());
  QVERIFY(reads && stalls && reads->say(control::Subscribe{}) && stalls->say(control::Subscribe{}));
  QVERIFY(reads->hear<control::Done>());
  const auto before = residentBytes(engine.process().id());
  // Whatever else it is told, this is the quickest way for it to fall behind: each status is over 300 bytes, and 100 MB were to come.
  constexpr int kAtOnce = 1000;
  int asked = 0;
  while (asked < 300'000 && stalls->say(control::GetStatus{}, kAtOnce)) asked += kAtOnce;
  QVERIFY2(asked < 300'000, "it was not dropped");
  QVERIFY(!kMemoryIsTelling || residentBytes(engine.process().id()) < before + 4 * limits::kControlBacklogBytesMax);
  QVERIFY(stalls->isEnded());
  // The other one misses nothing, and who was dropped may come back.
  QVERIFY(Client(engine.port()).get(origin.url("/bytes/10")).has_value());
  QVERIFY(reads->hear<control::Changed>());
  auto again = ControlPeer::attach(engine.dataDir());
  QVERIFY(again && again->say(control::GetStatus{}) && again->hear<control::StatusReply>());
}

// The recorder itself stands still: whoever waits for it does so alone.
SLUICE_TEST(whoWaitsForTheDiskKeepsNobodyElseWaiting) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  auto waits = ControlPeer::attach(engine.dataDir());
  auto other = ControlPeer::attach(engine.dataDir());
  QVERIFY(waits && other);
  QVERIFY(waits->say(control::SyncHistory{}) && waits->hear<control::Done>());
  {
    const HeldThread recorder(engine.process().id(), "recorder");
    if (!recorder.held()) QSKIP("a thread of another process cannot be held here");
    QVERIFY(Client(engine.port()).get(origin.url("/bytes/10")).has_value());
    QVERIFY(waits->say(control::SyncHistory{}));
    for (int i = 0; i < 3; ++i) QVERIFY(other->say(control::GetConnections{}) && other->hear<control::ConnectionsReply>());
    QVERIFY(!waits->hear<control::Done>(std::chrono::milliseconds(1)));
  }
  QVERIFY(waits->hear<control::Done>());
}
