#include "app/cli/engine_client.h"

#include <fstream>

#include "tests/support/control/fake_engine.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::cli;
using sluice::test::FakeEngine;
using namespace std::chrono_literals;

SLUICE_TEST(withoutAnEngineNobodyRuns) {
  const test::TemporaryDirectory dir;
  const auto none = EngineClient::connect(dir.path());
  QVERIFY(!none);
  QVERIFY(none.error().code == Code::NotRunning);
  QCOMPARE(describe(none.error()), "no engine running: data directory " + dir.path().string());
}

SLUICE_TEST(theFilesOfACrashedEngineAreNoEngine) {
  const test::TemporaryDirectory dir;
  const auto socket = (dir / "control.sock").string();
  std::ofstream(dir / "engine.lock") << "pid=1\nstarted=1\ncontrol=" << socket << "\n";
  QVERIFY(EngineClient::connect(dir.path()).error().code == Code::NotRunning);
  std::ofstream(dir / "control.sock") << "";
  QVERIFY(EngineClient::connect(dir.path()).error().code == Code::NotRunning);
  std::ofstream(dir / "engine.lock") << "pid=4000000\nstarted=1\n";
  QVERIFY(EngineClient::connect(dir.path()).error().code == Code::NotRunning);
}

SLUICE_TEST(asksAndGetsTheReplyOfItsStream) {
  const test::TemporaryDirectory dir;
  FakeEngine engine(dir.path(), [](const control::RequestMessage& message) {
    if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
    // An event and a reply to somebody else's question come first.
    return control::encodeReply(0, control::Changed{}) + control::encodeReply(message.stream + 1, control::Stopping{}) +
           control::encodeReply(message.stream, control::StatusReply{77, "0.1.0", {}, {}, {}, {}, 0, 0, {}, {}});
  });
  auto client = EngineClient::connect(dir.path());
  QVERIFY(client.has_value());
  for (int i = 0; i < 3; ++i) {
    const auto reply = client->request(control::GetStatus());
    QVERIFY(reply.has_value());
    QCOMPARE(std::get<control::StatusReply>(*reply).pid, std::uint64_t(77));
  }
}

SLUICE_TEST(aFailureIsItsError) {
  const test::TemporaryDirectory dir;
  const Error error{Code::BadArgument, Side::Local, 0, "no"};
  FakeEngine engine(dir.path(), FakeEngine::always(control::Failure{error}));
  auto client = EngineClient::connect(dir.path());
  QVERIFY(client.has_value());
  const auto reply = client->request(control::GetStatus());
  QVERIFY(!reply);
  QVERIFY(reply.error() == error);
}

SLUICE_TEST(anEngineOfAnotherProtocolIsRefusedWithTheReason) {
  const test::TemporaryDirectory dir;
  FakeEngine engine(dir.path(), [](const control::RequestMessage&) {
    return control::encodeReply(0, control::Hello{control::kProtocolVersion + 1, "sluiced", "9.0.0", 1});
  });
  const auto client = EngineClient::connect(dir.path());
  QVERIFY(!client);
  QVERIFY(client.error().detail.find("update sluicectl") != std::string::npos);
}

SLUICE_TEST(anEngineThatRefusesUsSaysWhy) {
  const test::TemporaryDirectory dir;
  FakeEngine engine(dir.path(), [](const control::RequestMessage&) {
    return control::encodeReply(0, control::Failure{Error{Code::ProtocolFault, Side::Local, 0, "update sluicectl"}});
  });
  const auto client = EngineClient::connect(dir.path());
  QVERIFY(!client);
  QCOMPARE(client.error().detail, std::string("update sluicectl"));
}

SLUICE_TEST(aPeerThatIsNoEngineIsAFault) {
  for (const auto& answer : {std::string("HTTP/1.1 200 OK\r\n\r\n"), std::string("\x04\0\0\0nope", 8),
                             control::encodeReply(0, control::Done{})}) {
    const test::TemporaryDirectory dir;
    FakeEngine engine(dir.path(), [&](const control::RequestMessage&) { return answer; });
    const auto client = EngineClient::connect(dir.path());
    QVERIFY(!client);
    QVERIFY(client.error().code == Code::ProtocolFault);
  }
}

SLUICE_TEST(anEngineThatClosesIsAnError) {
  const test::TemporaryDirectory dir;
  FakeEngine engine(dir.path(), [](const control::RequestMessage& message) -> FakeEngine::Answer {
    if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
    return {"", true};
  });
  auto client = EngineClient::connect(dir.path());
  QVERIFY(client.has_value());
  const auto reply = client->request(control::GetStatus());
  QVERIFY(!reply);
  QVERIFY(reply.error().code == Code::ConnectionReset);
}

SLUICE_TEST(anEngineThatHangsIsATimeout) {
  const test::TemporaryDirectory dir;
  FakeEngine engine(dir.path(), [](const control::RequestMessage& message) {
    // Half a frame, and no more.
    return std::holds_alternative<control::Hello>(message.request) ? FakeEngine::hello() : std::string("\x10\0\0\0x", 5);
  });
  auto client = EngineClient::connect(dir.path(), 200ms);
  QVERIFY(client.has_value());
  const auto reply = client->request(control::GetStatus());
  QVERIFY(!reply);
  QVERIFY(reply.error().code == Code::IdleTimeout);
}

SLUICE_TEST(eventsComeInOrderUntilTheEnd) {
  const test::TemporaryDirectory dir;
  int requests = 0;
  FakeEngine engine(dir.path(), [&](const control::RequestMessage& message) -> FakeEngine::Answer {
    if (std::holds_alternative<control::Hello>(message.request)) return FakeEngine::hello();
    if (++requests == 2) return {"", true};
    return control::encodeReply(message.stream, control::Done{}) + control::encodeReply(0, control::Changed{1, {}, 0, 0}) +
           control::encodeReply(0, control::Changed{2, {}, 0, 0});
  });
  auto client = EngineClient::connect(dir.path());
  QVERIFY(client.has_value());
  QVERIFY(client->request(control::Subscribe()).has_value());
  for (std::uint64_t version = 1; version <= 2; ++version) {
    const auto event = client->nextEvent(10s);
    QVERIFY(event && *event);
    QCOMPARE(std::get<control::Changed>(**event).storeVersion, version);
  }
  QVERIFY(client->nextEvent(1ms).error().code == Code::IdleTimeout);
  QVERIFY(!client->request(control::Stop()));
  const auto end = client->nextEvent(10s);
  QVERIFY(end.has_value() && !end->has_value());
}
