// What the history says about an exchange that went well.
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/process.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;
using store::State;

namespace {

// Every phase that must have happened did, in order.
bool inOrder(const capture::Phases& phases, bool tunnel) {
  if (phases.connectedUs < 0 || phases.finishedUs < phases.connectedUs) return false;
  if (tunnel) return true;
  return phases.requestSentUs >= phases.connectedUs && phases.responseHeadUs >= phases.connectedUs &&
         phases.finishedUs >= phases.responseHeadUs && phases.finishedUs >= phases.requestSentUs;
}

}  // namespace

SLUICE_TEST(anExchangeIsThereAMomentAfterItEnded) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto url = origin.url("/bytes/1000?seed=2&type=text/x-odd");
  const auto reply = client.get(url, "X-Mine:  1\r\n");
  QVERIFY(reply.has_value());

  History history(engine.dataDir());
  const auto found = history.ended("/bytes/1000?seed=2&type=text/x-odd");
  QVERIFY2(found.has_value(), history.failure.c_str());
  const auto& row = found->row;
  QVERIFY(row.state == State::Complete);
  QCOMPARE(row.method, std::string("GET"));
  QCOMPARE(row.url, url);
  QCOMPARE(row.scheme, std::string("http"));
  QCOMPARE(row.host, std::string("127.0.0.1"));
  QCOMPARE(row.port, origin.port());
  QCOMPARE(row.path, std::string("/bytes/1000?seed=2&type=text/x-odd"));
  QCOMPARE(row.status, 200);
  QCOMPARE(row.contentType, std::string("text/x-odd"));
  QCOMPARE(row.request.bytes, std::uint64_t(0));
  QCOMPARE(row.response.bytes, std::uint64_t(1000));
  QCOMPARE(row.response.capturedBytes, std::uint64_t(1000));
  QVERIFY(row.error.code == Code::None);
  QCOMPARE(row.upstreamAddress, "127.0.0.1:" + std::to_string(origin.port()));
  QVERIFY(!row.upstreamReused);
  QVERIFY(inOrder(row.phases, false));
  QCOMPARE(found->clientAddress, "127.0.0.1:" + std::to_string(client.localPort()));
  QCOMPARE(found->listener, "regular 127.0.0.1:" + std::to_string(engine.port()));
}

// On a connection that was open all the time, and in an engine that began without recording.
SLUICE_TEST(recordingIsTurnedOnAndOffWhileTheEngineRuns) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--capture", "off"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto turn = [&](const char* how) { return sluicectl(engine.dataDir(), {"capture", how}).ok(); };
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/1?unseen")).has_value());
  QVERIFY(turn("on"));
  QVERIFY(client.get(origin.url("/bytes/2?seen")).has_value());
  QVERIFY(turn("off"));
  QVERIFY(client.get(origin.url("/bytes/3?unseen")).has_value());
  QVERIFY(turn("on"));
  QVERIFY(client.get(origin.url("/bytes/4?seen")).has_value());
  History history(engine.dataDir());
  for (const char* path : {"/bytes/2?seen", "/bytes/4?seen"}) {
    const auto found = history.ended(path);
    QVERIFY2(found && found->row.state == State::Complete, history.failure.c_str());
    QCOMPARE(found->clientAddress, "127.0.0.1:" + std::to_string(client.localPort()));
  }
  const auto list = sluicectl(engine.dataDir(), {"list"});
  QVERIFY2(list.output.find("unseen") == std::string::npos, list.text().c_str());
}

SLUICE_TEST(headsAreKeptAsTheyCame) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const std::string request = "GET " + origin.url("/mirror?heads") +
                              " HTTP/1.1\r\nhOST: x\r\nX-Odd:   two  \r\nProxy-Connection: keep-alive\r\n\r\n";
  const auto reply = client.ask(request);
  QVERIFY(reply.has_value());
  History history(engine.dataDir());
  const auto found = history.ended("/mirror?heads");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QCOMPARE(found->requestHead, request);
  QCOMPARE(found->responseHead, reply->head.raw);
}

SLUICE_TEST(theSecondExchangeSaysThatItsConnectionWasReused) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/1")).has_value());
  QVERIFY(client.get(origin.url("/bytes/2")).has_value());
  History history(engine.dataDir());
  const auto first = history.ended("/bytes/1");
  const auto second = history.ended("/bytes/2");
  QVERIFY2(first && second, history.failure.c_str());
  QVERIFY(!first->row.upstreamReused);
  QVERIFY(second->row.upstreamReused);
  QVERIFY(second->row.id > first->row.id);
  QVERIFY(second->row.connection == first->row.connection);
}

SLUICE_TEST(aTunnelIsKeptWithItsBytesEachWay) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto target = "127.0.0.1:" + std::to_string(origin.rawPort());
  Client client(engine.port());
  QVERIFY(client.tunnel(target));
  QVERIFY(client.write("digest\n" + std::string(100'000, 'x')));
  client.finish();
  const auto answer = client.input().rest();
  History history(engine.dataDir());
  const auto found = history.ended(target);
  QVERIFY2(found.has_value(), history.failure.c_str());
  const auto& row = found->row;
  QVERIFY(row.kind == capture::Kind::Tunnel);
  QVERIFY(row.state == State::Complete);
  QCOMPARE(row.method, std::string("CONNECT"));
  QCOMPARE(row.url, target);
  QCOMPARE(row.port, origin.rawPort());
  QCOMPARE(row.request.bytes, std::uint64_t(100'007));
  QCOMPARE(row.response.bytes, std::uint64_t(answer.size()));
  QVERIFY(inOrder(row.phases, true));
}

SLUICE_TEST(whatRunsIsListedWhileItRuns) {
  Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("GET " + origin.url("/events?count=3&gate=live") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  History history(engine.dataDir());
  const auto withHead = history.find("gate=live", [](const store::ExchangeRow& row) { return row.status == 200; });
  QVERIFY2(withHead.has_value(), history.failure.c_str());
  QVERIFY(withHead->row.state == State::Running);

  Client waiting(engine.port());
  QVERIFY(waiting.write("GET " + origin.url("/never") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto withoutHead = history.running("/never");
  QVERIFY2(withoutHead.has_value(), history.failure.c_str());
  QCOMPARE(withoutHead->row.status, 0);

  Client tunnel(engine.port());
  const auto target = "127.0.0.1:" + std::to_string(origin.rawPort());
  QVERIFY(tunnel.tunnel(target) && tunnel.write("echo\n"));
  QVERIFY2(history.running(target).has_value(), history.failure.c_str());

  for (int i = 0; i < 3; ++i) origin.acknowledge("live");
  QVERIFY2(history.ended("gate=live").has_value(), history.failure.c_str());
}

SLUICE_TEST(theProgressOfALongBodyIsVisible) {
  Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("GET " + origin.url("/events?count=200&size=5000&gate=long") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  for (int i = 0; i < 100; ++i) origin.acknowledge("long");
  QVERIFY(client.input().exactly(400'000).size() == 400'000);
  History history(engine.dataDir());
  const auto found = history.find("gate=long", [](const store::ExchangeRow& row) {
    return row.state == State::Running && row.response.bytes >= 400'000;
  });
  QVERIFY2(found.has_value(), history.failure.c_str());
}

SLUICE_TEST(withCaptureOffNothingIsRecorded) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--capture", "off"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.get(origin.url("/bytes/5"));
  QVERIFY(reply.has_value());
  QVERIFY(engine.stop() == 0);
  QVERIFY(History(engine.dataDir()).rows().empty());
}

SLUICE_TEST(withHeadsAloneBodiesAreCountedAndNotKept) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--capture", "heads"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/300000?seed=1&type=text/x-odd")).has_value());
  QVERIFY(engine.stop() == 0);
  History history(engine.dataDir());
  const auto found = history.ended("/bytes/300000?seed=1&type=text/x-odd");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QCOMPARE(found->row.response.bytes, std::uint64_t(300'000));
  QCOMPARE(found->row.response.capturedBytes, std::uint64_t(0));
  QVERIFY(found->responseHead.find("text/x-odd") != found->responseHead.npos);
  QVERIFY(found->requestHead.starts_with("GET "));
}

SLUICE_TEST(manyExchangesAreAllThere) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (int i = 0; i < 1000; ++i) QVERIFY(client.get(origin.url("/bytes/3?n=" + std::to_string(i))).has_value());
  QVERIFY(engine.stop() == 0);
  const auto rows = History(engine.dataDir()).rows();
  QCOMPARE(rows.size(), std::size_t(1000));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    QVERIFY(rows[i].state == State::Complete);
    QCOMPARE(rows[i].path, "/bytes/3?n=" + std::to_string(i));
  }
}

SLUICE_TEST(theProgramOfTheClientIsNamed) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  // Held open by the origin, so that the program is still there however late it is looked for.
  Process curl("curl", {"-s", "-x", "http://127.0.0.1:" + std::to_string(engine.port()), origin.url("/never")});
  History history(engine.dataDir());
  const auto named = history.find("/never", [](const auto& row) { return !row.clientProgram.empty(); });
  QVERIFY2(named.has_value(), history.failure.c_str());
  QVERIFY2(named->row.clientProgram.ends_with("/curl"), named->row.clientProgram.c_str());
  QCOMPARE(named->clientProcess, std::uint64_t(curl.id()));
}

// What was on the wire is the body, its framing and the head, counted where the client is.
SLUICE_TEST(bytesOnTheWireAreCountedWithHeadAndFraming) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  History history(engine.dataDir());
  QVERIFY(client.get(origin.url("/bytes/1000?a")).has_value());
  const auto plain = history.ended("/bytes/1000?a");
  QVERIFY(plain.has_value());
  QCOMPARE(plain->row.request.wireBytes, plain->requestHead.size());
  QCOMPARE(plain->row.response.wireBytes, plain->responseHead.size() + 1000);
  QCOMPARE(plain->row.response.bytes, 1000u);
  const auto& phases = plain->row.phases;
  QVERIFY(phases.requestSentUs >= 0 && phases.responseFirstUs >= phases.connectedUs);
  QVERIFY(phases.responseHeadUs >= phases.responseFirstUs && phases.finishedUs >= phases.responseHeadUs);

  QVERIFY(client.get(origin.url("/bytes/1000?framing=chunked&piece=1000")).has_value());
  const auto chunked = history.ended("/bytes/1000?framing=chunked&piece=1000");
  QVERIFY(chunked.has_value());
  QCOMPARE(chunked->row.response.bytes, 1000u);
  QCOMPARE(chunked->row.response.wireBytes, chunked->responseHead.size() + 1000 + std::string("3e8\r\n\r\n0\r\n\r\n").size());
  QVERIFY(chunked->row.upstreamReused);
}
