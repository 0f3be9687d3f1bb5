// One limit for all workers together: what one of them lets through, the others cannot. Times are only ever too long on a
// busy machine, so only too short ones fail.
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "tests/integration/workers/status.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::uint64_t kRate = 1'000'000;
constexpr std::uint64_t kBody = 1'000'000;

// A client whose connection this worker has.
struct ClientOf {
  ClientOf(const EngineProcess& engine, const Origin& origin, const std::vector<std::int64_t>& workers, std::size_t which) {
    served = withOnly(which, engine, workers, [&] {
      const auto began = Clock::now();
      client = std::make_unique<Client>(engine.port());
      const bool got = client->get(origin.url("/bytes/10")).has_value();
      const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
      const std::string how = got ? " answered" : " did not: " + client->failure();
      tries += "worker " + std::to_string(which) + how + " (" + std::to_string(took) + " ms); ";
      return got;
    });
  }
  void ask(const Origin& origin) const {
    client->write("GET " + origin.url("/bytes/" + std::to_string(kBody)) + " HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  std::unique_ptr<Client> client;
  bool served = false;
  std::string tries;  // what became of each
};

// Both bodies at once; how long the last byte took.
double secondsForBoth(ClientOf& one, ClientOf& other, const Origin& origin) {
  const auto began = Clock::now();
  one.ask(origin);
  other.ask(origin);
  const auto first = one.client->reply();
  const auto second = other.client->reply();
  if (!first || first->body.size() != kBody || !second || second->body.size() != kBody) return -1;
  return std::chrono::duration<double>(Clock::now() - began).count();
}

}  // namespace

SLUICE_TEST(twoWorkersKeepOneLimit) {
  const Origin origin;
  EngineProcess engine(withWorkers(2, {"--down", std::to_string(kRate)}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(2));
  ClientOf one(engine, origin, workers, 0), other(engine, origin, workers, 1);
  QVERIFY2(one.served && other.served, (one.tries + other.tries).c_str());
  const double seconds = secondsForBoth(one, other, origin);
  QVERIFY2(seconds > 0.85 * 2 * kBody / kRate, std::to_string(seconds).c_str());
}

SLUICE_TEST(aChangedLimitActsInEveryWorkerAndInTheOneThatComesLater) {
  const Origin origin;
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  engine.workersMayDie();
  auto workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(2));
  const auto told = sluicectl(engine.dataDir(), {"limit", "--down", std::to_string(kRate)});
  QVERIFY2(told.ok(), told.text().c_str());
  killProcess(workers[0]);
  QVERIFY(eventually([&] { return statusOf(engine, "workerRestarts") == 1 && statusOf(engine, "workers") == 2; }));
  workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(2));
  ClientOf one(engine, origin, workers, 0), other(engine, origin, workers, 1);
  QVERIFY2(one.served && other.served, (one.tries + other.tries).c_str());
  const double seconds = secondsForBoth(one, other, origin);
  QVERIFY2(seconds > 0.85 * 2 * kBody / kRate, std::to_string(seconds).c_str());
}
