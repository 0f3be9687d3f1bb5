// How sluiced stops: it takes nothing new, lets what runs come to its end, and keeps everything.
#include <csignal>

#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(stopsWithoutTraffic) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY(engine.stop() == 0);
}

SLUICE_TEST(stopsOnInterruptToo) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  ::kill(pid_t(engine.process().id()), SIGINT);
  QVERIFY(engine.process().wait() == 0);
}

SLUICE_TEST(idleConnectionsDoNotHoldItUp) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client silent(engine.port()), used(engine.port());
  QVERIFY(used.get(origin.url("/bytes/1")).has_value());
  const auto began = std::chrono::steady_clock::now();
  QVERIFY(engine.stop() == 0);
  const auto took = std::chrono::steady_clock::now() - began;
  std::printf("stopping with idle connections took %lld ms\n",
              static_cast<long long>(std::chrono::duration_cast<std::chrono::milliseconds>(took).count()));
  QCOMPARE(used.input().rest(), std::string());
  QCOMPARE(silent.input().rest(), std::string());
}

// A transfer that ends within the grace period ends whole, and no new connection is taken meanwhile.
SLUICE_TEST(transfersThatRunComeToTheirEnd) {
  Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("GET " + origin.url("/events?count=2&gate=drain") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  engine.process().terminate();
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(4);
  bool refused = false;
  while (!refused && std::chrono::steady_clock::now() < deadline) refused = !Client(engine.port()).connected();
  QVERIFY(refused);
  QVERIFY(engine.process().running());
  for (int i = 0; i < 2; ++i) origin.acknowledge("drain");
  QVERIFY(client.input().until("data:1..\n\n", 1000).has_value());
  QVERIFY(engine.process().wait() == 0);
  const auto found = History(engine.dataDir()).ended("gate=drain");
  QVERIFY(found && found->row.state == store::State::Complete);
}

// One that does not is cut off, recorded as such, and the engine still ends with 0.
SLUICE_TEST(transfersThatDoNotEndAreCutOff) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port()), tunnel(engine.port());
  QVERIFY(client.write("GET " + origin.url("/never") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto target = "127.0.0.1:" + std::to_string(origin.rawPort());
  QVERIFY(tunnel.tunnel(target) && tunnel.write("echo\n"));
  QVERIFY2(History(engine.dataDir()).running("/never").has_value(), "not listed");
  QVERIFY(engine.stop() == 0);
  History history(engine.dataDir());
  for (const auto& row : history.rows()) QVERIFY2(row.state != store::State::Running, row.url.c_str());
  QCOMPARE(history.rows().size(), std::size_t(2));
}

// Everything that was answered before the stop is in the history after it.
SLUICE_TEST(nothingThatPassedIsLost) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (int i = 0; i < 300; ++i) QVERIFY(client.get(origin.url("/bytes/20000?seed=" + std::to_string(i))).has_value());
  QVERIFY(engine.stop() == 0);
  History history(engine.dataDir());
  const auto rows = history.rows();
  QCOMPARE(rows.size(), std::size_t(300));
  for (std::size_t i = 0; i < rows.size(); i += 37) {
    QVERIFY(history.body(rows[i].id, capture::Direction::Response) == Pattern(i).text(0, 20'000));
  }
}

SLUICE_TEST(goesOnWithTheHistoryOfTheLastRun) {
  const Origin origin;
  const TemporaryDirectory directory;
  EngineProcess::Options options;
  options.dataDir = directory.path();
  for (int round = 1; round <= 3; ++round) {
    EngineProcess engine(options);
    QVERIFY2(engine.ready(), engine.log().c_str());
    Client client(engine.port());
    QVERIFY(client.get(origin.url("/bytes/1?round=" + std::to_string(round))).has_value());
    QVERIFY(engine.stop() == 0);
    const auto rows = History(directory.path()).rows();
    QCOMPARE(rows.size(), std::size_t(round));
    QCOMPARE(rows.back().path, "/bytes/1?round=" + std::to_string(round));
  }
}
