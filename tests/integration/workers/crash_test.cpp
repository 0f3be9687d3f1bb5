// Worker processes that are killed: what the others carry, who connects meanwhile, and what the history says.
#include <algorithm>
#include <csignal>
#include <memory>
#include <vector>

#include "tests/integration/capture/history.h"
#include "tests/integration/workers/status.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr std::uint64_t kLarge = 30'000'000;  // more than all the buffers between origin and client hold

// A download that has begun and waits for its client.
struct Download {
  Download(const EngineProcess& engine, const Origin& origin, std::uint64_t s) : client(engine.port()), seed(s) {
    const auto url = origin.url("/bytes/" + std::to_string(kLarge) + "?seed=" + std::to_string(seed));
    client.write("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto head = readHead(client.input());
    begun = head && head->status() == 200;
  }
  // Reads the body: whether all of it came, and is right.
  bool finish() {
    std::uint64_t at = 0;
    while (at < kLarge) {
      const auto piece = client.input().some(1 << 16);
      if (piece.empty() || !Pattern(seed).matches(at, asBytes(piece))) return false;
      at += piece.size();
    }
    return at == kLarge;
  }
  Client client;
  std::uint64_t seed;
  bool begun = false;
};

}  // namespace

SLUICE_TEST(aKilledWorkerIsReplacedAndTheOthersNeverNotice) {
  const Origin origin;
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  engine.workersMayDie();
  const auto workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(2));

  std::uint64_t seed = 100;
  const auto downloadOf = [&](std::size_t worker) {
    std::unique_ptr<Download> begun;
    const bool served = withOnly(worker, engine, workers, [&] {
      begun = std::make_unique<Download>(engine, origin, ++seed);
      return begun->begun;
    });
    return served ? std::move(begun) : nullptr;
  };
  const auto kept1 = downloadOf(1), kept2 = downloadOf(1), lost = downloadOf(0);
  QVERIFY(kept1 && kept2 && lost);
  const auto query = [](std::uint64_t number) { return "seed=" + std::to_string(number); };
  QVERIFY(withOnly(0, engine, workers, [&] { return Client(engine.port()).get(origin.url("/bytes/1000?" + query(++seed))).has_value(); }));
  const auto ended = query(seed);
  History history(engine.dataDir());
  QVERIFY(history.ended(ended).has_value());
  QVERIFY(history.running(query(lost->seed)).has_value());

  killProcess(workers[0]);
  // On Windows an accept of a process that is about to go may still take a connection with it.
  QVERIFY(eventually([&] {
    const auto all = childrenOf(engine.process().id());
    return std::find(all.begin(), all.end(), workers[0]) == all.end();
  }));
  for (int i = 0; i < 200; ++i) {
    Client client(engine.port());
    const auto reply = client.get(origin.url("/bytes/100?seed=5"));
    QVERIFY2(reply && reply->status() == 200, ("connection " + std::to_string(i) + ": " + client.failure()).c_str());
  }
  QVERIFY(eventually([&] { return childrenOf(engine.process().id()).size() == 2; }));
  QCOMPARE(statusOf(engine, "workerRestarts"), std::uint64_t(1));
  QVERIFY(kept1->finish());
  QVERIFY(kept2->finish());
  QVERIFY(!lost->finish());

  const auto cut = history.ended(query(lost->seed));
  QVERIFY2(cut.has_value(), history.failure.c_str());
  QCOMPARE(cut->row.error.code, Code::Aborted);
  QVERIFY2(cut->row.error.detail.find("worker") != std::string::npos, cut->row.error.detail.c_str());
  QCOMPARE(history.ended(ended)->row.error.code, Code::None);
  QCOMPARE(history.ended(query(kept1->seed))->row.error.code, Code::None);
}

SLUICE_TEST(whoConnectsWhileNoWorkerRunsIsServedByTheNext) {
  const Origin origin;
  EngineProcess engine(withWorkers(1));
  QVERIFY2(engine.ready(), engine.log().c_str());
  engine.workersMayDie();
  const auto workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(1));
  QVERIFY(pauseProcess(workers[0]));
  // It waits in the queue of the listener, which no worker owns.
  Client client(engine.port());
  QVERIFY(client.connected());
  killProcess(workers[0]);
  const auto reply = client.get(origin.url("/bytes/100"));
  QVERIFY2(reply && reply->status() == 200, client.failure().c_str());
}

SLUICE_TEST(aWorkerThatDiesAgainAtOnceIsReplacedAfterAWhileWithAMessage) {
  const Origin origin;
  EngineProcess engine(withWorkers(1));
  QVERIFY2(engine.ready(), engine.log().c_str());
  engine.workersMayDie();
  for (std::uint64_t death = 1; death <= 2; ++death) {
    std::vector<std::int64_t> workers;
    QVERIFY(eventually([&] { return !(workers = childrenOf(engine.process().id())).empty(); }));
    killProcess(workers[0]);
    QVERIFY(eventually([&] { return statusOf(engine, "workerRestarts") == death; }));
  }
  QVERIFY(engine.log().find("died soon after its start") != std::string::npos);
  const auto reply = Client(engine.port()).get(origin.url("/bytes/100"));
  QVERIFY(reply && reply->status() == 200);
}

// Its socket stays open, so nothing else tells: those it carried would wait for ever, and with one worker everybody else too.
SLUICE_TEST(aWorkerThatHangsIsReplacedWithAMessage) {
  const Origin origin;
  EngineProcess engine(withWorkers(1, {"--worker-patience", "3"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  engine.workersMayDie();
  const auto workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(1));
  QVERIFY(Client(engine.port()).get(origin.url("/bytes/100")).has_value());  // it has begun its work
  QVERIFY(atRest(engine) && pauseProcess(workers[0]));
  QVERIFY(eventually([&] { return engine.log().find("has not answered for 3 s and is replaced") != std::string::npos; }));
  QVERIFY(eventually([&] { return statusOf(engine, "workerRestarts") == 1; }));
  Client client(engine.port());
  const auto reply = client.get(origin.url("/bytes/100"));
  QVERIFY2(reply && reply->status() == 200, client.failure().c_str());
}

SLUICE_TEST(whoConnectsWhileTheOnlyWorkerHangsIsServedByTheNext) {
  const Origin origin;
  EngineProcess engine(withWorkers(1, {"--worker-patience", "3"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  engine.workersMayDie();
  const auto workers = childrenOf(engine.process().id());
  QVERIFY(Client(engine.port()).get(origin.url("/bytes/100")).has_value());  // it has begun its work
  QVERIFY(workers.size() == 1 && atRest(engine) && pauseProcess(workers[0]));
  Client client(engine.port());
  const auto reply = client.get(origin.url("/bytes/100"));
  QVERIFY2(reply && reply->status() == 200, client.failure().c_str());
}

// Wherever they are between their start and their last listener.
SLUICE_TEST(workersThatHaveJustStartedEndWithTheirSupervisor) {
  for (int i = 0; i < 5; ++i) {
    EngineProcess engine(withWorkers(4));
    QVERIFY2(engine.ready(), engine.log().c_str());
    const auto workers = childrenOf(engine.process().id());
    engine.kill();
    for (const auto worker : workers) QVERIFY(eventually([&] { return ::kill(static_cast<pid_t>(worker), 0) != 0; }));
  }
}

SLUICE_TEST(aWorkerEndsWithItsSupervisor) {
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto workers = childrenOf(engine.process().id());
  QCOMPARE(workers.size(), std::size_t(2));
  engine.kill();
  for (const auto worker : workers) QVERIFY(eventually([&] { return ::kill(static_cast<pid_t>(worker), 0) != 0; }));
}

SLUICE_TEST(connectionsOfAllWorkersAreListed) {
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto workers = childrenOf(engine.process().id());
  const Origin origin;
  std::unique_ptr<Client> clients[2];
  for (std::size_t i = 0; i < 2; ++i) {
    QVERIFY(withOnly(i, engine, workers, [&] {
      clients[i] = std::make_unique<Client>(engine.port());
      return clients[i]->get(origin.url("/bytes/10")).has_value();
    }));
  }
  QVERIFY(eventually([&] { return statusOf(engine, "openConnections") == 2; }));
  const auto told = sluicectl(engine.dataDir(), {"--json", "connections"});
  const auto json = nlohmann::json::parse(told.output, nullptr, false);
  QVERIFY2(!json.is_discarded() && json.size() == 2, told.text().c_str());
}

// Its workers are anywhere between their start and their last listener then; none may be taken for dead.
SLUICE_TEST(anEngineThatIsStoppedAtOnceStopsInOrder) {
  for (int i = 0; i < 10; ++i) {
    auto options = withWorkers(1 + i % 4);
    options.listeners.insert(options.listeners.end(), {"socks5@127.0.0.1:0", "regular@127.0.0.1:0"});
    EngineProcess engine(options);
    QVERIFY2(engine.ready(), engine.log().c_str());
    QVERIFY(engine.stop() == 0);
  }
}
