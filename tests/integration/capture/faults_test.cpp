// What the history says about exchanges that failed: which side, why, and what there was until then.
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"
#include "tests/support/wire/refusing_port.h"

using namespace sluice;
using namespace sluice::test;
using store::State;

namespace {

struct Fault {
  const char* path;
  State state;
  Code code;
};

// What the history says of each, asked for in turn.
void areKept(std::span<const Fault> faults) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  History history(engine.dataDir());
  for (const auto& fault : faults) {
    Client client(engine.port());
    client.get(origin.url(fault.path));
    const auto found = history.ended(fault.path);
    QVERIFY2(found.has_value(), history.failure.c_str());
    const auto text =
        std::string(fault.path) + ": " + describe(found->row.error) + ", " + std::string(name(found->row.state));
    QVERIFY2(found->row.error.side == Side::Upstream, text.c_str());
    QVERIFY2(found->row.error.code == fault.code, text.c_str());
    QVERIFY2(found->row.state == fault.state, text.c_str());
  }
}

}  // namespace

SLUICE_TEST(upstreamFaultsAreKeptWithTheirSide) {
  const Fault faults[] = {
      {"/bad/garbage", State::Failed, Code::BadResponse},
      {"/nothing", State::Failed, Code::EndedEarly},
      {"/head/300000", State::Failed, Code::HeadTooLarge},
      {"/bad/two-lengths", State::Failed, Code::BadFraming},
      {"/bytes/100000?closeAt=5000", State::CutOff, Code::EndedEarly},
      {"/bad/chunk-letters", State::CutOff, Code::BadChunk},
  };
  areKept(faults);
}

SLUICE_TEST(aServerThatResetsIsKeptAsOne) {
  const Fault reset[] = {{"/reset", State::Failed, Code::ConnectionReset}};
  areKept(reset);
}

SLUICE_TEST(theBytesBeforeABreakAreKept) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  client.get(origin.url("/bytes/1000000?seed=3&closeAt=500000"));
  History history(engine.dataDir());
  const auto found = history.ended("closeAt=500000");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QCOMPARE(found->row.status, 200);
  QCOMPARE(found->row.response.bytes, std::uint64_t(500'000));
  QVERIFY(history.body(found->row.id, capture::Direction::Response) == Pattern(3).text(0, 500'000));
}

SLUICE_TEST(unreachableServersAreKept) {
  const RefusingPort nobody;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto refused = "127.0.0.1:" + std::to_string(nobody.number());
  QVERIFY(client.get("http://" + refused + "/refused").has_value());
  QVERIFY(client.get("http://no-such-host.invalid/unknown").has_value());
  QVERIFY(client.ask("CONNECT " + refused + " HTTP/1.1\r\nHost: x\r\n\r\n").has_value());
  History history(engine.dataDir());
  const auto first = history.ended("/refused");
  const auto second = history.ended("/unknown");
  const auto third = history.ended(refused);
  QVERIFY2(first && second && third, history.failure.c_str());
  QVERIFY(first->row.error.code == Code::ConnectionRefused && first->row.error.side == Side::Upstream);
  QVERIFY2(second->row.error.code == Code::HostNotFound || second->row.error.code == Code::ResolveFailed,
           describe(second->row.error).c_str());
  QVERIFY(third->row.kind == capture::Kind::Tunnel && third->row.state == State::Failed);
  QVERIFY(third->row.error.code == Code::ConnectionRefused);
}

SLUICE_TEST(clientsThatGoAwayAreKeptWithTheirSide) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  {
    Client client(engine.port());
    QVERIFY(client.write("GET " + origin.url("/bytes/100000000?gone") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    QVERIFY(readHead(client.input()).has_value());
    client.reset();
  }
  {
    Client client(engine.port());
    QVERIFY(client.write("POST " + origin.url("/upload?gone-up") +
                         " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nonly this"));
    client.finish();
    client.input().rest();
  }
  History history(engine.dataDir());
  const auto down = history.ended("?gone");
  const auto up = history.ended("?gone-up");
  QVERIFY2(down && up, history.failure.c_str());
  QVERIFY2(down->row.error.side == Side::Client, describe(down->row.error).c_str());
  QVERIFY(down->row.state == State::CutOff);
  QVERIFY2(up->row.error.side == Side::Client, describe(up->row.error).c_str());
  QVERIFY2(up->row.error.code == Code::EndedEarly, describe(up->row.error).c_str());
  QCOMPARE(history.body(up->row.id, capture::Direction::Request), std::string("only this"));
}

SLUICE_TEST(malformedRequestsAreKeptAsTheyCame) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.ask("GARBAGE without sense\r\n\r\n").has_value());
  History history(engine.dataDir());
  const auto found = history.ended("");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QVERIFY(found->row.state == State::Failed);
  QVERIFY(found->row.error.side == Side::Client && found->row.error.code == Code::BadRequest);
  QVERIFY2(found->requestHead.rfind("GARBAGE without sense", 0) == 0, found->requestHead.c_str());
}

// An engine that is killed leaves its running rows behind; the next one marks them as cut off.
SLUICE_TEST(whatAKilledEngineLeftRunningIsCutOff) {
  const Origin origin;
  const TemporaryDirectory directory;
  EngineProcess::Options options;
  options.dataDir = directory.path();
  History history(directory.path());
  {
    EngineProcess engine(options);
    QVERIFY2(engine.ready(), engine.log().c_str());
    Client client(engine.port());
    QVERIFY(client.get(origin.url("/bytes/3?before")).has_value());
    QVERIFY(client.write("GET " + origin.url("/never") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    QVERIFY2(history.running("/never").has_value(), history.failure.c_str());
    QVERIFY2(history.ended("?before").has_value(), history.failure.c_str());
    engine.kill();
  }
  EngineProcess next(options);
  QVERIFY2(next.ready(), next.log().c_str());
  const auto found = history.ended("/never");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QVERIFY(found->row.state == State::CutOff);
  QVERIFY2(history.ended("?before").has_value(), history.failure.c_str());
}
