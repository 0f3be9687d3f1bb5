// Whom a profile slows down, told to a running engine of two worker processes. What must be fast would take over an hour if it were
// not; what must be slow is only ever slower on a busy machine.
#include <chrono>
#include <nlohmann/json.hpp>

#include "tests/integration/workers/status.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;
using nlohmann::json;

namespace {

constexpr std::uint64_t kLarge = 5'000'000;

std::string large(const Origin& origin, const std::string& host) {
  return "http://" + host + ":" + std::to_string(origin.port()) + "/bytes/" + std::to_string(kLarge) + "?seed=4";
}

// A download that has begun.
struct Download {
  Download(std::uint16_t proxy, const std::string& url) : client(proxy) {
    begun = client.write("GET " + url + " HTTP/1.1\r\nHost: x\r\n\r\n") && readHead(client.input()).has_value();
  }
  bool finish() { return client.input().exactly(kLarge) == Pattern(4).text(0, kLarge); }
  Client client;
  bool begun = false;
};

bool done(const EngineProcess& engine, const std::vector<std::string>& command) {
  return sluicectl(engine.dataDir(), command).ok();
}

json inForce(const EngineProcess& engine) { return json::parse(sluicectl(engine.dataDir(), {"--json", "limit"}).output); }

}  // namespace

SLUICE_TEST(aHostIsSlowedDownAndLetGoWhileBytesRun) {
  const Origin origin;
  EngineProcess engine(withWorkers(2));
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY(done(engine, {"limit", "--host", "localhost", "--down", "1k"}));
  QVERIFY(done(engine, {"profile", "use", "Apple LTE", "--host", "*.example.com"}));
  const auto rules = inForce(engine)["rules"];
  QCOMPARE(rules.size(), std::size_t(2));
  QCOMPARE(rules[0]["host"], "localhost");
  QCOMPARE(rules[1]["profile"]["name"], "Apple LTE");
  // Both workers have heard of it: four connections are with both, most likely.
  std::vector<std::unique_ptr<Download>> slow;
  for (int i = 0; i < 4; ++i) slow.push_back(std::make_unique<Download>(engine.port(), large(origin, "localhost")));
  Download fast(engine.port(), large(origin, "127.0.0.1"));
  QVERIFY(fast.begun && fast.finish());
  QVERIFY(done(engine, {"limit", "--host", "localhost", "--off"}));
  for (auto& each : slow) QVERIFY(each->begun && each->finish());
  QCOMPARE(inForce(engine)["rules"].size(), std::size_t(1));
}

SLUICE_TEST(aListenerHasItsProfileFromTheCommandLine) {
  const Origin origin;
  auto options = withWorkers(2);
  options.listeners = {"regular@127.0.0.1:0,profile=firefox gprs", "regular@127.0.0.1:0"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Download fast(engine.port(1), large(origin, "127.0.0.1"));
  QVERIFY(fast.begun && fast.finish());
  Download slow(engine.port(0), large(origin, "127.0.0.1"));
  QCOMPARE(inForce(engine)["rules"][0]["listener"], "127.0.0.1:" + std::to_string(engine.port(0)));
  QVERIFY(done(engine, {"limit", "--listener", std::to_string(engine.port(0)), "--off"}));
  QVERIFY(slow.begun && slow.finish());
  QCOMPARE(sluicectl(engine.dataDir(), {"limit", "--listener", "9", "--down", "1k"}).exitCode, 1);
}

SLUICE_TEST(oneConnectionHasALimitOfItsOwn) {
  const Origin origin;
  EngineProcess engine(withWorkers(2, {"--down", "1k"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  Download one(engine.port(), large(origin, "127.0.0.1")), other(engine.port(), large(origin, "127.0.0.1"));
  QVERIFY(one.begun && other.begun);
  const auto connections = json::parse(sluicectl(engine.dataDir(), {"--json", "connections"}).output);
  QCOMPARE(connections.size(), std::size_t(2));
  const auto name = std::to_string(std::min(connections[0]["id"].get<int>(), connections[1]["id"].get<int>()));
  QVERIFY(done(engine, {"limit", "--connection", name, "--down", "unlimited", "--latency", "1"}));
  QVERIFY(one.finish());
  for (const auto& each : json::parse(sluicectl(engine.dataDir(), {"--json", "connections"}).output)) {
    QCOMPARE(each["limit"].is_null(), std::to_string(each["id"].get<int>()) != name);
  }
  QVERIFY(done(engine, {"limit", "--connection", name, "--off"}));
  const auto unknown = sluicectl(engine.dataDir(), {"limit", "--connection", "4711", "--down", "1k"});
  QVERIFY2(unknown.exitCode == 1 && unknown.errors.find("4711") != std::string::npos, unknown.text().c_str());
  QCOMPARE(sluicectl(engine.dataDir(), {"limit", "--connection", "1", "--host", "x", "--down", "1k"}).exitCode, 2);
}

SLUICE_TEST(workersShareOneRate) {
  const Origin origin;
  EngineProcess engine(withWorkers(2, {"--down", "400k"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(std::make_unique<Client>(engine.port()));
    QVERIFY(clients.back()->write("GET " + origin.url("/bytes/50000") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  }
  for (auto& client : clients) QCOMPARE(client->reply()->body.size(), std::size_t{50'000});
  QVERIFY(std::chrono::steady_clock::now() - start > std::chrono::milliseconds(900));
}

SLUICE_TEST(theSelfTestTellsWhatIsAskedAndWhatIsAchieved) {
  EngineProcess engine(withWorkers(2, {"--down", "1k"}));
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto finished = sluicectl(engine.dataDir(), {"--json", "selftest", "chrome fast 4g"});
  QVERIFY2(finished.ok(), finished.text().c_str());
  const auto result = json::parse(finished.output);
  QCOMPARE(result["profile"]["name"], "Chrome Fast 4G");
  QCOMPARE(result["down"]["askedBytesPerSecond"], 1'012'500);
  QCOMPARE(result["up"]["askedBytesPerSecond"], 168'750);
  for (const char* direction : {"down", "up"}) {
    const double share = result[direction]["achievedBytesPerSecond"].get<double>() / result[direction]["askedBytesPerSecond"].get<double>();
    QVERIFY2(share > 0.05 && share < 1.1, finished.output.c_str());
  }
  QVERIFY2(result["roundTripMs"]["achieved"].get<double>() >= 165, finished.output.c_str());
  QVERIFY(!inForce(engine).contains("rules"));  // nothing of it is left
  const Origin origin;
  QVERIFY(Client(engine.port()).get(origin.url("/bytes/1")).has_value());
  json recorded;
  QVERIFY(eventually([&] { return !(recorded = json::parse(sluicectl(engine.dataDir(), {"--json", "list"}).output)).empty(); }));
  QVERIFY2(recorded.size() == 1, recorded.dump().c_str());  // what passed besides
  const auto table = sluicectl(engine.dataDir(), {"selftest", "Apple 100 % Loss"});
  QVERIFY2(table.exitCode == 1 && table.errors.find("nothing to measure") != std::string::npos, table.text().c_str());
}
