// What a worker process has open of its supervisor's: the listeners, which it was handed, and nothing else.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <set>

#include "tests/integration/workers/status.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// What the open handles of a process are: "socket:[123]", the paths of files.
std::set<std::string> openThings(std::int64_t process) {
  std::set<std::string> things;
  std::error_code ignored;
  for (const auto& handle : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/fd", ignored)) {
    things.insert(std::filesystem::read_symlink(handle.path(), ignored).string());
  }
  return things;
}

std::set<std::string> sharedSockets(std::int64_t one, std::int64_t other) {
  const auto a = openThings(one), b = openThings(other);
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  std::erase_if(both, [](const std::string& thing) { return !thing.starts_with("socket:"); });
  return both;
}

bool holdsFilesOf(std::int64_t process, const std::filesystem::path& directory) {
  const auto things = openThings(process);
  return std::any_of(things.begin(), things.end(), [&](const auto& thing) { return thing.starts_with(directory.string()); });
}

}  // namespace

// The second worker starts while the supervisor has a client attached, the third while that and both workers' ports are open.
SLUICE_TEST(aWorkerHasNothingOpenOfItsSupervisorButTheListeners) {
  const Origin origin;
  auto options = withWorkers(2);
  options.listeners.push_back("socks5@127.0.0.1:0");
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  engine.workersMayDie();
  Process watcher(programPath("sluicectl"), {"--data-dir", engine.dataDir().string(), "--json", "watch"});
  QVERIFY(watcher.lineThatBegins(R"({"event":"status")").has_value());
  for (std::uint64_t death = 1; death <= 2; ++death) {
    const auto workers = childrenOf(engine.process().id());
    QCOMPARE(workers.size(), std::size_t(2));
    killProcess(workers[0]);
    QVERIFY(eventually([&] { return statusOf(engine, "workerRestarts") == death && statusOf(engine, "workers") == 2; }));
  }
  const auto workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(2));
  for (const auto worker : workers) {
    QVERIFY(eventually([&] { return sharedSockets(engine.process().id(), worker).size() == options.listeners.size(); }));
    QVERIFY(!holdsFilesOf(worker, engine.dataDir()));
  }
  QVERIFY(holdsFilesOf(engine.process().id(), engine.dataDir()));
  QVERIFY(sharedSockets(workers[0], workers[1]) == sharedSockets(engine.process().id(), workers[0]));
}
