// Programs that watch the engine and stop reading, or die: traffic and recording go on, the engine's memory stays as it is,
// and whoever looks afterwards sees everything.

#include "core/base/limits.h"
#include "tests/integration/capture/history.h"
#include "tests/integration/workers/status.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr int kExchanges = 2000;

bool exchange(const EngineProcess& engine, const Origin& origin, const std::string& mark) {
  Client client(engine.port());
  for (int i = 0; i < kExchanges; ++i) {
    const auto reply = client.get(origin.url("/bytes/100?" + mark + "=" + std::to_string(i)));
    if (!reply || reply->status() != 200) return false;
  }
  return true;
}

struct Watcher {
  explicit Watcher(const EngineProcess& engine)
      : process(programPath("sluicectl"), {"--data-dir", engine.dataDir().string(), "--json", "watch"}) {
    attached = saw(R"({"event":"status")");  // the first thing that a subscriber is told
  }
  bool saw(const std::string& what) {
    return eventually([&] { return process.output().find(what) != std::string::npos; });
  }
  Process process;
  bool attached = false;
};

}  // namespace

SLUICE_TEST(aStoppedWatcherCostsTheEngineNothingAndMissesNothing) {
  const Origin origin;
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  Watcher watcher(engine);
  QVERIFY(watcher.attached);
  QVERIFY(exchange(engine, origin, "warm"));
  QVERIFY(watcher.saw("warm=" + std::to_string(kExchanges - 1)));
  const auto before = residentBytes(engine.process().id());
  QVERIFY(pauseProcess(watcher.process.id()));
  QVERIFY(exchange(engine, origin, "stopped"));
  const auto after = residentBytes(engine.process().id());
  resumeProcess(watcher.process.id());
  QVERIFY2(!kMemoryIsTelling || after < before + 64 * limits::kMiB, (std::to_string(before) + " -> " + std::to_string(after)).c_str());
  QVERIFY(watcher.saw("stopped=" + std::to_string(kExchanges - 1)));
}

SLUICE_TEST(trafficAndRecordingGoOnWhenAWatcherIsKilled) {
  const Origin origin;
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  {
    Watcher watcher(engine);
    QVERIFY(watcher.attached);
    QVERIFY(Client(engine.port()).get(origin.url("/bytes/100?first")).has_value());
    QVERIFY(watcher.saw("first"));
    watcher.process.kill();
  }
  QVERIFY(Client(engine.port()).get(origin.url("/bytes/100?second")).has_value());
  History history(engine.dataDir());
  QVERIFY(history.ended("second").has_value());
  Watcher next(engine);
  QVERIFY(next.attached);
  QVERIFY(Client(engine.port()).get(origin.url("/bytes/100?third")).has_value());
  QVERIFY(next.saw("third"));
  QCOMPARE(history.rows().size(), std::size_t(3));
}
