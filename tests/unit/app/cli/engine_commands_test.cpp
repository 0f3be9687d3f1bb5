#include "app/cli/engine_commands.h"

#include <nlohmann/json.hpp>

#include <memory>

#include "collecting_output.h"
#include "recorded_history.h"
#include "tests/support/control/fake_engine.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;
using sluice::test::FakeEngine;

SLUICE_TEST(statusComesForPeopleAndAsJson) {
  const test::TemporaryDirectory dir;
  control::StatusReply reply;
  reply.pid = 77;
  FakeEngine engine(dir.path(), FakeEngine::always(reply));
  CollectingOutput human, json;
  QVERIFY(status(Format::Human, dir.path(), human).has_value());
  QVERIFY(human.text.find("process 77") != std::string::npos);
  QVERIFY(status(Format::Json, dir.path(), json).has_value());
  QVERIFY(nlohmann::json::parse(json.text)["pid"] == 77);
}

SLUICE_TEST(connectionsComeForPeopleAndAsJson) {
  const test::TemporaryDirectory dir;
  for (const std::size_t count : {0u, 1u, 3u}) {
    control::ConnectionsReply reply{count, std::vector<control::ConnectionRow>(count)};
    FakeEngine engine(dir.path(), FakeEngine::always(reply));
    CollectingOutput human, json;
    QVERIFY(connections(Format::Human, dir.path(), human).has_value());
    QVERIFY(connections(Format::Json, dir.path(), json).has_value());
    QCOMPARE(nlohmann::json::parse(json.text).size(), count);
  }
}

SLUICE_TEST(anAnswerThatDoesNotFitIsAFault) {
  const test::TemporaryDirectory dir;
  FakeEngine engine(dir.path(), FakeEngine::always(control::Done{}));
  CollectingOutput output;
  const auto outcome = status(Format::Human, dir.path(), output);
  QVERIFY(!outcome);
  QVERIFY(outcome.error().code == Code::ProtocolFault);
}

SLUICE_TEST(withoutAnEngineEveryCommandSaysSo) {
  const test::TemporaryDirectory dir;
  CollectingOutput output;
  for (const auto& outcome : {status(Format::Human, dir.path(), output), connections(Format::Json, dir.path(), output),
                              watch({}, Format::Human, dir.path(), output), stop(dir.path())}) {
    QVERIFY(!outcome);
    QVERIFY(outcome.error().code == Code::NotRunning);
  }
}

SLUICE_TEST(stopWaitsUntilTheDirectoryIsFree) {
  const test::TemporaryDirectory dir;
  std::atomic<bool> told{false};
  auto engine = std::make_unique<FakeEngine>(dir.path(), [&](const control::RequestMessage& message) {
    if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
    told = std::holds_alternative<control::Stop>(message.request);
    return control::encodeReply(message.stream, control::Done{});
  });
  std::thread ending([&] {
    while (!told) std::this_thread::yield();
    engine.reset();
  });
  const auto stopped = stop(dir.path());
  const bool free = !platform::engineOwner(dir.path());
  ending.join();
  QVERIFY(stopped.has_value());
  QVERIFY(free);
  QVERIFY(stop(dir.path()).error().code == Code::NotRunning);
}

SLUICE_TEST(watchShowsWhatIsRecordedFromNowOnUntilTheEngineStops) {
  RecordedHistory history;
  history.exchange(1, "http://a/before");
  history.begin(2, "http://a/running");
  history.commit();
  for (const auto format : {Format::Human, Format::Json}) {
    const std::uint64_t first = format == Format::Human ? 10 : 20;
    FakeEngine engine(history.dataDir(), [&](const control::RequestMessage& message) -> FakeEngine::Answer {
      if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
      history.exchange(first, "http://a/during");
      history.begin(first + 1, "http://a/begun");
      history.commit();
      return {control::encodeReply(message.stream, control::Done{}) + control::encodeReply(0, control::Changed{}) +
                  control::encodeReply(0, control::StatusSample{}) + control::encodeReply(0, control::Stopping{}),
              true};
    });
    CollectingOutput output;
    QVERIFY(watch({}, format, history.dataDir(), output).has_value());
    if (format == Format::Human) {
      QCOMPARE(output.text, std::string("10  complete  GET http://a/during  200  5 B  1.5 ms\n"));
      continue;
    }
    std::vector<nlohmann::json> lines;
    for (std::size_t at = 0, end; (end = output.text.find('\n', at)) != std::string::npos; at = end + 1) {
      lines.push_back(nlohmann::json::parse(output.text.substr(at, end - at)));
    }
    QCOMPARE(lines.size(), std::size_t(4));
    QVERIFY(lines[0]["event"] == "exchange" && lines[0]["exchange"]["id"] == 20);
    QVERIFY(lines[1]["exchange"]["state"] == "running");
    QVERIFY(lines[2]["event"] == "status");
    QVERIFY(lines[3]["event"] == "stopping");
  }
}

SLUICE_TEST(watchSaysWhenTheEngineGoesAwayUnannounced) {
  RecordedHistory history;
  FakeEngine engine(history.dataDir(), [&](const control::RequestMessage& message) -> FakeEngine::Answer {
    if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
    return {control::encodeReply(message.stream, control::Done{}), true};
  });
  CollectingOutput output;
  const auto outcome = watch({}, Format::Human, history.dataDir(), output);
  QVERIFY(!outcome);
  QVERIFY(outcome.error().code == Code::NotRunning);
}

SLUICE_TEST(watchEndsWhenNobodyReadsIt) {
  RecordedHistory history;
  FakeEngine engine(history.dataDir(), [&](const control::RequestMessage& message) -> FakeEngine::Answer {
    if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
    return control::encodeReply(message.stream, control::Done{}) + control::encodeReply(0, control::StatusSample{});
  });
  CollectingOutput output;
  output.writesLeft = 0;
  const auto outcome = watch({}, Format::Json, history.dataDir(), output);
  QVERIFY(!outcome);
  QVERIFY(outcome.error().code == Code::NoSpace);
}

SLUICE_TEST(watchKeepsTheRatesOnTheLastLineOfATerminal) {
  RecordedHistory history;
  FakeEngine engine(history.dataDir(), [&](const control::RequestMessage& message) -> FakeEngine::Answer {
    if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
    history.exchange(1, "http://a/");
    history.commit();
    const auto sample = control::encodeReply(0, control::StatusSample{});
    return {control::encodeReply(message.stream, control::Done{}) + sample + sample +
                control::encodeReply(0, control::Changed{}) + control::encodeReply(0, control::Changed{}) + sample +
                control::encodeReply(0, control::Stopping{}),
            true};
  });
  CollectingOutput output;
  output.terminal = true;
  QVERIFY(watch({}, Format::Human, history.dataDir(), output).has_value());
  const std::string rates = "\r\x1b[K0 open   up 0 bit/s (0 B/s)   down 0 bit/s (0 B/s)";
  QCOMPARE(output.text, rates + rates + "\r\x1b[K1  complete  GET http://a/  200  5 B  1.5 ms\n" + rates + "\r\x1b[K");
}
