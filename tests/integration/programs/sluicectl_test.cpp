// sluicectl against a real engine and its history.
#include <algorithm>
#include <atomic>
#include <cstring>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;
using Json = nlohmann::json;

namespace {

// What sluicectl prints with --json; null, with the reason on standard error, when it fails.
Json ask(const EngineProcess& engine, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "--json");
  const auto finished = sluicectl(engine.dataDir(), arguments);
  auto json = Json::parse(finished.output, nullptr, false);
  if (!finished.ok() || json.is_discarded()) {
    std::fprintf(stderr, "sluicectl %s: %s", arguments[1].c_str(), finished.text().c_str());
    return nullptr;
  }
  return json;
}

// The rows once there are `count` that have ended; whatever there is at the deadline.
Json rowsOnceEnded(const EngineProcess& engine, std::size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  for (;;) {
    auto rows = ask(engine, {"list", "--limit", "1000"});
    std::size_t ended = 0;
    for (const auto& row : rows) ended += row["state"] != "running" ? 1u : 0u;
    if (ended >= count || std::chrono::steady_clock::now() > deadline) return rows;
  }
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != text.npos; }

}  // namespace

SLUICE_TEST(statusTellsWhatTheEngineIsDoing) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/5000")).has_value());
  QCOMPARE(rowsOnceEnded(engine, 1).size(), std::size_t(1));
  const auto status = ask(engine, {"status"});
  QVERIFY(status["pid"] == engine.process().id());
  QVERIFY(status["dataDir"] == engine.dataDir().string());
  QVERIFY(status["listeners"].size() == 1);
  QVERIFY(status["listeners"][0]["address"] == "127.0.0.1:" + std::to_string(engine.port()));
  QVERIFY(status["exchanges"] == 1);
  QVERIFY(status["bugsSurvived"] == 0);
  QVERIFY(status["now"]["capture"] == "on");
  QVERIFY(status["now"]["openConnections"] == 1);
  const auto human = sluicectl(engine.dataDir(), {"status"});
  QVERIFY2(human.ok() && contains(human.output, std::to_string(engine.port())), human.text().c_str());
}

SLUICE_TEST(connectionsListsWhatIsOpen) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto target = "127.0.0.1:" + std::to_string(origin.rawPort());
  Client tunnel(engine.port());
  QVERIFY(tunnel.tunnel(target));
  const auto rows = ask(engine, {"connections"});
  QCOMPARE(rows.size(), std::size_t(1));
  QVERIFY(rows[0]["state"] == "tunnel");
  QVERIFY(rows[0]["target"] == target);
  QVERIFY(rows[0]["client"] == "127.0.0.1:" + std::to_string(tunnel.localPort()));
}

SLUICE_TEST(listShowsRowsInTheirOrder) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (int i = 1; i <= 5; ++i) QVERIFY(client.get(origin.url("/bytes/" + std::to_string(i))).has_value());
  const auto rows = rowsOnceEnded(engine, 5);
  QCOMPARE(rows.size(), std::size_t(5));
  for (std::size_t i = 0; i < 5; ++i) {
    QVERIFY(rows[i]["path"] == "/bytes/" + std::to_string(i + 1));
    QVERIFY(rows[i]["status"] == 200);
    QVERIFY(rows[i]["responseBody"]["bytes"] == i + 1);
    QVERIFY(rows[i]["error"].is_null());
  }
  const auto newest = ask(engine, {"list", "--limit", "2"});
  QCOMPARE(newest.size(), std::size_t(2));
  QVERIFY(newest[1]["path"] == "/bytes/5");
  const auto human = sluicectl(engine.dataDir(), {"list"});
  QVERIFY2(human.ok() && contains(human.output, "/bytes/5") && contains(human.output, "GET"), human.text().c_str());
}

SLUICE_TEST(showAndBodyGiveEverythingOfOneExchange) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const std::string head = "POST " + origin.url("/echo") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n";
  const auto body = Pattern(1).text(0, 300'000);
  const auto reply = client.ask(head + body);
  QVERIFY(reply.has_value());
  const auto rows = rowsOnceEnded(engine, 1);
  QCOMPARE(rows.size(), std::size_t(1));
  const auto id = rows[0]["id"].dump();
  const auto details = ask(engine, {"show", id});
  QVERIFY(details["requestHead"] == head);
  QVERIFY(details["responseHead"] == reply->head.raw);
  QVERIFY(sluicectl(engine.dataDir(), {"body", id}).output == body);
  QVERIFY(sluicectl(engine.dataDir(), {"body", id, "--request"}).output == body);
  const auto human = sluicectl(engine.dataDir(), {"show", id});
  QVERIFY2(human.ok() && contains(human.output, "Content-Length: 300000"), human.text().c_str());
}

SLUICE_TEST(faultsSayWhichSideFailed) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bad/garbage")).has_value());
  const auto rows = rowsOnceEnded(engine, 1);
  QCOMPARE(rows.size(), std::size_t(1));
  QVERIFY(rows[0]["state"] == "failed");
  QVERIFY(rows[0]["error"]["side"] == "upstream");
  QVERIFY(!rows[0]["error"]["message"].get<std::string>().empty());
}

SLUICE_TEST(watchShowsExchangesAsTheyHappen) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Process watch(programPath("sluicectl"), {"--data-dir", engine.dataDir().string(), "--json", "watch"});
  // Until the first line there is no telling whether the watch has begun: ask again and again.
  Client client(engine.port());
  std::optional<std::string> line;
  for (int i = 0; i < 100 && !line; ++i) {
    QVERIFY(client.get(origin.url("/bytes/7")).has_value());
    line = watch.lineThatBegins("{", std::chrono::milliseconds(200));
  }
  QVERIFY2(line && contains(*line, "/bytes/7"), (watch.output() + watch.errors()).c_str());
  QVERIFY(engine.stop() == 0);
  QVERIFY(watch.wait().has_value());
}

SLUICE_TEST(stopEndsTheEngineInOrder) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto finished = sluicectl(engine.dataDir(), {"stop"});
  QVERIFY2(finished.ok(), finished.text().c_str());
  QVERIFY(engine.process().wait() == 0);
}

SLUICE_TEST(historyIsReadableWithoutAnEngine) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/9")).has_value());
  QVERIFY(engine.stop() == 0);
  const auto rows = ask(engine, {"list"});
  QCOMPARE(rows.size(), std::size_t(1));
  for (const char* command : {"status", "connections", "watch", "stop"}) {
    const auto finished = sluicectl(engine.dataDir(), {command});
    QVERIFY2(finished.exitCode == 3, (std::string(command) + ": " + finished.text()).c_str());
    QVERIFY2(!finished.errors.empty(), command);
  }
}

SLUICE_TEST(wrongUseAndWrongIdsAreTold) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const auto& wrong :
       std::vector<std::vector<std::string>>{{}, {"nonsense"}, {"list", "--odd"}, {"show"}, {"show", "x"}}) {
    const auto finished = sluicectl(engine.dataDir(), wrong);
    QVERIFY2(finished.exitCode == 2, finished.text().c_str());
  }
  for (const char* command : {"show", "body"}) {
    const auto finished = sluicectl(engine.dataDir(), {command, "12345"});
    QVERIFY2(finished.exitCode == 1 && contains(finished.errors, "12345"), finished.text().c_str());
  }
}

SLUICE_TEST(limitsActOnTheEngineAndAreShown) {
  EngineProcess::Options options;
  options.arguments = {"--profile", "chrome slow 4g", "--up", "1k"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto inForce = [&] { return nlohmann::json::parse(sluicectl(engine.dataDir(), {"--json", "limit"}).output); };
  QCOMPARE(inForce()["down"]["rate"], "180000");
  QCOMPARE(inForce()["up"]["rate"], "1000");
  QVERIFY(sluicectl(engine.dataDir(), {"profile", "use", "Apple LTE"}).ok());
  QCOMPARE(inForce()["name"], "Apple LTE");
  QVERIFY(sluicectl(engine.dataDir(), {"limit", "--off", "--down", "10mbit"}).ok());
  QCOMPARE(inForce()["down"]["rate"], "1250000");
  QVERIFY(!inForce().contains("up"));
  QCOMPARE(sluicectl(engine.dataDir(), {"profile", "use", "Moon"}).exitCode, 1);
  QCOMPARE(sluicectl(engine.dataDir(), {"limit", "--down", "fast"}).exitCode, 2);
}

SLUICE_TEST(ownProfilesOutliveTheEngineAndItsHistory) {
  const TemporaryDirectory home;
  EngineProcess::Options options;
  options.dataDir = home.path();
  {
    EngineProcess engine(options);
    QVERIFY2(engine.ready(), engine.log().c_str());
    QVERIFY(sluicectl(engine.dataDir(), {"limit", "--down", "200k", "--latency", "30"}).ok());
    QVERIFY(sluicectl(engine.dataDir(), {"profile", "save", "Train to Cologne"}).ok());
    QVERIFY(sluicectl(engine.dataDir(), {"profile", "save", "short-lived", "--from", "Apple LTE"}).ok());
    QVERIFY(sluicectl(engine.dataDir(), {"profile", "delete", "SHORT-lived"}).ok());
    for (const auto& command : std::vector<std::vector<std::string>>{
             {"profile", "save", "apple lte"},
             {"profile", "delete", "Apple LTE"},
             {"profile", "delete", "Moon"},
             {"profile", "save", " "}}) {
      const auto refused = sluicectl(engine.dataDir(), command);
      QVERIFY2(refused.exitCode == 1 && !refused.errors.empty(), refused.text().c_str());
    }
    QVERIFY(sluicectl(engine.dataDir(), {"clear"}).ok());
    QVERIFY(sluicectl(engine.dataDir(), {"stop"}).ok());
    QVERIFY(engine.process().wait() == 0);
  }
  options.arguments = {"--profile", "train TO cologne", "--latency", "0"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto inForce = nlohmann::json::parse(sluicectl(engine.dataDir(), {"--json", "limit"}).output);
  QCOMPARE(inForce["down"]["rate"], "200000");
  QVERIFY(!inForce.contains("up"));
  const auto all = nlohmann::json::parse(sluicectl(engine.dataDir(), {"--json", "profile", "list"}).output);
  QCOMPARE(all[0]["name"], "Train to Cologne");
  QVERIFY(all[1]["name"] != "short-lived");
}

// What a client has seen complete is listed, without any waiting.
SLUICE_TEST(listShowsAtOnceWhatHasPassed) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (std::size_t i = 1; i <= 20; ++i) {
    QVERIFY(client.get(origin.url("/bytes/" + std::to_string(i))).has_value());
    const auto rows = ask(engine, {"list", "--limit", "100"});
    QCOMPARE(rows.size(), i);
    QVERIFY(rows.back()["path"] == "/bytes/" + std::to_string(i));
  }
}

SLUICE_TEST(aSessionIsSavedAndReadElsewhere) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto body = client.get(origin.url("/bytes/300000?seed=4"));
  QVERIFY(body.has_value());
  QVERIFY(client.get(origin.url("/bytes/7")).has_value());
  const TemporaryDirectory elsewhere;
  const auto file = (elsewhere.path() / "first.sluice").string();
  QVERIFY(ask(engine, {"session", "save", file, "--filter", "path~300000"})["saved"] == 1);
  const auto rows = ask(engine, {"list", "--session", file});
  QCOMPARE(rows.size(), std::size_t(1));
  const auto id = rows[0]["id"].dump();
  QVERIFY(sluicectl(elsewhere.path(), {"body", id, "--session", file}).output == body->body);
  const auto raw = sluicectl(elsewhere.path(), {"show", id, "--raw", "response", "--session", file}).output;
  QVERIFY(raw.starts_with("HTTP/1.1 200") && raw.ends_with(body->body));
  QVERIFY(sluicectl(elsewhere.path(), {"show", id, "--raw", "request", "--session", file}).output.starts_with("GET "));
  const auto har = Json::parse(sluicectl(elsewhere.path(), {"export", "har", "-", "--session", file}).output, nullptr, false);
  QVERIFY(!har.is_discarded() && har["log"]["entries"].size() == 1);
  const auto none = sluicectl(elsewhere.path(), {"list", "--session", file + "x"});
  QCOMPARE(none.exitCode, 1);
  QVERIFY(contains(none.text(), "first.sluicex"));
  QCOMPARE(sluicectl(elsewhere.path(), {"show", id, "--raw", "both"}).exitCode, 2);
}

// While traffic goes on; with bodies larger than any message to the engine.
SLUICE_TEST(importsAFileIntoTheHistoryOfARunningEngine) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/10")).has_value());
  const TemporaryDirectory folder;
  const std::string large(3'000'000, 'x');
  Json har = {{"log", {{"entries", Json::array()}}}};
  for (int i = 0; i < 300; ++i) {
    har["log"]["entries"].push_back(
        {{"request", {{"method", "POST"}, {"url", "http://imported.test/" + std::to_string(i)}}},
         {"response", {{"status", 200}, {"content", {{"mimeType", "text/plain"}, {"text", i == 7 ? large : "small"}}}}}});
  }
  const std::string whole = har.dump();
  std::ofstream(folder / "a.har") << whole;
  const auto imported = ask(engine, {"import", "har", (folder / "a.har").string()});
  QVERIFY(imported["imported"] == 300);
  QVERIFY(client.get(origin.url("/bytes/20")).has_value());
  const auto rows = rowsOnceEnded(engine, 302);
  QCOMPARE(rows.size(), std::size_t(302));
  std::string seventh;
  for (const auto& row : rows) {
    if (row["url"] == "http://imported.test/7") seventh = std::to_string(row["id"].get<int>());
  }
  QVERIFY(sluicectl(engine.dataDir(), {"body", seventh}).output == large);
  QVERIFY(ask(engine, {"list", "--filter", "host=imported.test status=200", "--limit", "1000"}).size() == 300);

  // What came before a mistake stays, and the mistake is told with its place.
  std::ofstream(folder / "b.har") << whole.substr(0, whole.size() - 200);
  const auto broken = sluicectl(engine.dataDir(), {"import", "har", (folder / "b.har").string()});
  QVERIFY2(broken.exitCode == 1 && contains(broken.errors, "line 1, column"), broken.text().c_str());
  QVERIFY(ask(engine, {"list", "--filter", "host=imported.test", "--limit", "1000"}).size() > 590);
  QVERIFY(engine.stop() == 0);
}

namespace {

// A HAR that asks for much memory: a list of millions that nobody reads, a body of 200 MB, and 100,000 messages. `progress` is told of each
// block.
std::function<std::size_t(MutableBytes)> hostileHar(std::function<void()> progress) {
  struct Part {
    std::string text;
    int times = 1;
  };
  std::string braces, messages;
  for (int i = 0; i < 1000; ++i) braces += "{},";
  for (int i = 0; i < 100; ++i) messages += R"({"type":"send","time":1700000000.5,"opcode":1,"data":"a message"},)";
  auto parts = std::make_shared<std::vector<Part>>(std::vector<Part>{
      {R"({"log":{"entries":[{"_x":[)"}, {braces, 3000}, {R"({}],"response":{"status":200,"content":{"text":")"},
      {std::string(100'000, 'x'), 2000}, {R"("}},"_webSocketMessages":[)"}, {messages, 1000},
      {R"(null],"request":{"method":"GET","url":"http://imported.test/"}}]}})"}});
  return [parts, progress, waiting = std::string(), at = std::size_t(0)](MutableBytes into) mutable -> std::size_t {
    if (at == waiting.size()) {
      progress();
      if (parts->empty()) return 0;
      waiting = parts->front().text;
      at = 0;
      if (--parts->front().times == 0) parts->erase(parts->begin());
    }
    const std::size_t count = std::min(into.size(), waiting.size() - at);
    std::memcpy(into.data(), waiting.data() + at, count);
    at += count;
    return count;
  };
}

}  // namespace

// What is not read is passed over, and what is long lies in a file: no HAR takes more than some 150 MB.
SLUICE_TEST(importsAnyFileInBoundedMemory) {
  const TemporaryDirectory folder;
  std::atomic<std::int64_t> id{0};
  std::atomic<std::uint64_t> most{0};
  int blocks = 0;
  Process::Options options;
  options.input = hostileHar([&] {
    if (++blocks % 200 == 0 && id != 0) most = std::max(most.load(), residentBytes(id));
  });
  Process import(programPath("sluicectl"), {"--data-dir", folder.path().string(), "import", "har", "-"}, std::move(options));
  id = import.id();
  QVERIFY2(import.wait() == 0, import.errors().c_str());
  QVERIFY2(import.output().starts_with("added 1 exchange"), import.output().c_str());
  QVERIFY2(!kMemoryIsTelling || (most > 1'000'000 && most < 150'000'000), std::to_string(most).c_str());
  const auto shown = Json::parse(sluicectl(folder.path(), {"--json", "list"}).output, nullptr, false);
  QVERIFY(shown.size() == 1 && shown[0]["responseBody"]["capturedBytes"] == 200'000'000);
}
