// Both bodies are in the history byte for byte, whatever their size and framing.
#include "tests/integration/capture/history.h"
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;
using capture::Direction;

SLUICE_TEST(responseBodiesAreKeptByteForByte) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  History history(engine.dataDir());
  for (const std::size_t size : {0u, 1u, 65'536u, 131'072u, 131'073u, 3'000'000u}) {
    for (const char* framing : {"length", "chunked", "close"}) {
      const auto path = "/bytes/" + std::to_string(size) + "?seed=6&piece=50000&framing=" + framing;
      Client client(engine.port());
      QVERIFY(client.get(origin.url(path)).has_value());
      const auto found = history.ended(path);
      QVERIFY2(found.has_value(), history.failure.c_str());
      QCOMPARE(found->row.response.bytes, std::uint64_t(size));
      QVERIFY2(history.body(found->row.id, Direction::Response) == Pattern(6).text(0, size), path.c_str());
      QCOMPARE(history.body(found->row.id, Direction::Request), std::string());
    }
  }
}

SLUICE_TEST(requestBodiesAreKeptByteForByte) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  History history(engine.dataDir());
  for (const std::size_t size : {1u, 65'536u, 1'000'000u}) {
    const auto body = Pattern(8).text(0, size);
    const auto path = "/upload?size=" + std::to_string(size);
    Client client(engine.port());
    const auto reply =
        client.ask("POST " + origin.url(path) + " HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(size) +
                   "\r\n\r\n" + body);
    QVERIFY(reply.has_value());
    const auto found = history.ended(path);
    QVERIFY2(found.has_value(), history.failure.c_str());
    QCOMPARE(found->row.request.bytes, std::uint64_t(size));
    QVERIFY2(history.body(found->row.id, Direction::Request) == body, path.c_str());
    QCOMPARE(history.body(found->row.id, Direction::Response), reply->body);
  }
}

// In buffered mode a large body goes through a file, and that file is the record.
SLUICE_TEST(bodiesThatGoThroughAFileAreKeptByteForByte) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--slow-client", "buffered"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  History history(engine.dataDir());
  for (const std::size_t size : {1'000u, 131'072u, 131'073u, 3'000'000u}) {
    for (const char* framing : {"length", "chunked", "close"}) {
      const auto path = "/bytes/" + std::to_string(size) + "?seed=6&piece=50000&framing=" + framing;
      Client client(engine.port());
      const auto reply = client.get(origin.url(path));
      QVERIFY(reply.has_value());
      QVERIFY2(reply->body == Pattern(6).text(0, size), path.c_str());
      const auto found = history.ended(path);
      QVERIFY2(found.has_value(), history.failure.c_str());
      QVERIFY2(history.body(found->row.id, Direction::Response) == Pattern(6).text(0, size), path.c_str());
    }
  }
  const auto body = Pattern(8).text(0, 1'000'000);
  Client client(engine.port());
  const auto reply = client.ask("POST " + origin.url("/upload") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + body);
  QVERIFY(reply.has_value());
  const auto found = history.ended("/upload");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QVERIFY(history.body(found->row.id, Direction::Request) == body);
}

// A client that leaves has its beginning of the body in the history all the same, or all of it.
SLUICE_TEST(aBodyThatGoesThroughAFileOutlivesItsClient) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--slow-client", "buffered"};
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  History history(engine.dataDir());
  const std::string path = "/bytes/20000000?seed=6";
  {
    Client client(engine.port());
    QVERIFY(client.write("GET " + origin.url(path) + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    QVERIFY(readHead(client.input()).has_value());
    client.reset();
  }
  const auto found = history.ended(path);
  QVERIFY2(found.has_value(), history.failure.c_str());
  const auto kept = history.body(found->row.id, Direction::Response);
  QVERIFY(kept == Pattern(6).text(0, kept.size()));
  QVERIFY(kept.size() <= found->row.response.bytes);
  Client another(engine.port());
  QVERIFY(another.get(origin.url("/bytes/10")).has_value());
}

SLUICE_TEST(chunkedUploadsAreKeptWithoutTheirFraming) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(
      client
          .ask("POST " + origin.url("/upload?chunked") +
               " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n2\r\nde\r\n0\r\nT: 1\r\n\r\n")
          .has_value());
  History history(engine.dataDir());
  const auto found = history.ended("/upload?chunked");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QCOMPARE(history.body(found->row.id, Direction::Request), std::string("abcde"));
  QCOMPARE(found->row.request.bytes, std::uint64_t(5));
  QVERIFY2(found->requestTrailers.find("T: 1") != std::string::npos, found->requestTrailers.c_str());
}

SLUICE_TEST(trailersOfResponsesAreKept) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/10?framing=chunked&trailers=1")).has_value());
  History history(engine.dataDir());
  const auto found = history.ended("&trailers=1");
  QVERIFY2(found.has_value(), history.failure.c_str());
  QVERIFY2(found->responseTrailers.find("X-Trailer: kept") != std::string::npos, found->responseTrailers.c_str());
}

// What has arrived of a body that still runs can be read already.
SLUICE_TEST(aBodyCanBeReadWhileItArrives) {
  Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("GET " + origin.url("/events?count=2&gate=part") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  History history(engine.dataDir());
  const auto found = history.find("gate=part", [&](const store::ExchangeRow& row) {
    return history.body(row.id, Direction::Response) == "data:0..\n\n";
  });
  QVERIFY2(found.has_value(), history.failure.c_str());
  QVERIFY(found->row.state == store::State::Running);
}
