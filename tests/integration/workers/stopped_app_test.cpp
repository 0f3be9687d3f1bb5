// Programs that watch the engine and stop reading, or die: traffic and recording go on, the engine's memory stays as it is,
// and whoever looks afterwards sees everything.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>
#include <vector>

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

constexpr int kExchangesPerSecond = 2000;

// Exchanges one after the other, no more a second than that; the soak goes on for --seconds=30. Looks at the engine's memory now
// and then.
struct Traffic {
  int exchanges = 0;
  double seconds = 0;
  std::uint64_t residentMax = 0;
  bool complete = false;
};

Traffic exchange(EngineProcess& engine, const Origin& origin, const std::string& mark, int seconds) {
  using Clock = std::chrono::steady_clock;
  Traffic traffic;
  Client client(engine.port());
  const auto start = Clock::now();
  for (; traffic.exchanges < seconds * kExchangesPerSecond; ++traffic.exchanges) {
    std::this_thread::sleep_until(start + traffic.exchanges * std::chrono::microseconds(1'000'000 / kExchangesPerSecond));
    const auto reply = client.get(origin.url("/bytes/100?" + mark + "=" + std::to_string(traffic.exchanges)));
    if (!reply || reply->status() != 200) return traffic;
    if (traffic.exchanges % 500 == 0) traffic.residentMax = std::max(traffic.residentMax, residentBytes(engine.process().id()));
  }
  traffic.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  traffic.complete = true;
  return traffic;
}

struct Watcher {
  explicit Watcher(const EngineProcess& engine)
      : process(programPath("sluicectl"), {"--data-dir", engine.dataDir().string(), "--json", "watch"}) {
    attached = saw(R"({"event":"status")");  // the first thing that a subscriber is told
  }
  bool saw(const std::string& what) {
    return eventually([&] { return process.output().find(what) != std::string::npos; });
  }
  // Which of the exchanges "MARK=0" to "MARK=count-1" it has told of.
  std::size_t toldOf(const std::string& mark, int count) {
    std::vector<bool> told(static_cast<std::size_t>(count));
    const auto text = process.output();
    const auto wanted = "?" + mark + "=";
    for (auto at = text.find(wanted); at != std::string::npos; at = text.find(wanted, at + 1)) {
      const auto number = std::strtoul(text.c_str() + at + wanted.size(), nullptr, 10);
      if (number < told.size()) told[number] = true;
    }
    return static_cast<std::size_t>(std::count(told.begin(), told.end(), true));
  }
  Process process;
  bool attached = false;
};

}  // namespace

SLUICE_TEST(aStoppedWatcherCostsTheEngineNothingAndMissesNothing) {
  const int seconds = std::stoi(option("seconds", "1"));
  const Origin origin;
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  Watcher watcher(engine);
  QVERIFY(watcher.attached);
  // Long enough to fill the caches of SQLite, which grow with a watcher as without one.
  const auto before = exchange(engine, origin, "warm", 2 * seconds);
  QVERIFY(before.complete);
  QVERIFY(watcher.saw("warm=" + std::to_string(before.exchanges - 1)));
  QVERIFY(pauseProcess(watcher.process.id()));
  const auto stopped = exchange(engine, origin, "stopped", seconds);
  resumeProcess(watcher.process.id());
  QVERIFY(stopped.complete);
  std::printf("%.0f exchanges a second for %.1f s; the engine held %llu KiB before and %llu KiB at most while its watcher was stopped\n",
              stopped.exchanges / stopped.seconds, stopped.seconds, static_cast<unsigned long long>(before.residentMax / limits::kKiB),
              static_cast<unsigned long long>(stopped.residentMax / limits::kKiB));
  QVERIFY(!kMemoryIsTelling || stopped.residentMax < before.residentMax + 32 * limits::kMiB);
  QVERIFY(watcher.saw("stopped=" + std::to_string(stopped.exchanges - 1)));
  QCOMPARE(watcher.toldOf("stopped", stopped.exchanges), std::size_t(stopped.exchanges));
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
