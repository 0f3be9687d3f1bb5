// Clients that break the rules or go away: a readable answer where one is still possible, and no harm to others.
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

struct Wrong {
  const char* what;
  std::string bytes;
  int status;
};

// Whether the engine answers with this status, names the client's side and closes in order.
bool isRefused(const EngineProcess& engine, const Wrong& wrong) {
  Client client(engine.port());
  const auto reply = client.ask(wrong.bytes);
  const bool right = reply && reply->status() == wrong.status && reply->body.find("client") != std::string::npos &&
                     client.input().rest().empty();
  if (!right) {
    std::fprintf(stderr, "%s: %s\n%s\n", wrong.what, reply ? reply->head.startLine.c_str() : "no reply",
                 reply ? reply->body.c_str() : client.failure().c_str());
  }
  return right;
}

bool serves(const EngineProcess& engine, const Origin& origin) {
  Client client(engine.port());
  const auto reply = client.get(origin.url("/bytes/10"));
  return reply && reply->status() == 200 && reply->body.size() == 10;
}

}  // namespace

SLUICE_TEST(malformedRequestsAreRefused) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const std::string get = "GET " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n";
  const std::string post = "POST " + origin.url("/upload") + " HTTP/1.1\r\nHost: x\r\n";
  const Wrong wrongs[] = {
      {"no request line", "garbage\r\n\r\n", 400},
      {"no version", "GET http://a/\r\n\r\n", 400},
      {"origin form without a host that could be meant", "GET / HTTP/1.1\r\n\r\n", 400},
      {"bare LF", "GET http://a/ HTTP/1.1\nHost: a\n\n", 400},
      {"space before the colon", get + "A : b\r\n\r\n", 400},
      {"two lengths", post + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd", 400},
      {"length and chunked", post + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"negative length", post + "Content-Length: -3\r\n\r\nabc", 400},
      {"port too large", "GET http://a:70000/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"head too large", get + "X: " + std::string(200 * 1024, 'x') + "\r\n\r\n", 431},
      {"TLS on a plain port", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
  };
  for (const auto& wrong : wrongs) QVERIFY2(isRefused(engine, wrong), wrong.what);
  QVERIFY(serves(engine, origin));
}

SLUICE_TEST(tooManyFieldsAreRefused) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  std::string request = "GET " + origin.url("/") + " HTTP/1.1\r\nHost: x\r\n";
  for (int i = 0; i < 600; ++i) request += "X-" + std::to_string(i) + ": 1\r\n";
  QVERIFY(isRefused(engine, {"600 fields", request + "\r\n", 431}));
}

SLUICE_TEST(aHeadAtTheLimitPasses) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.get(origin.url("/mirror"), "X: " + std::string(120 * 1024, 'x') + "\r\n");
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 200);
  QVERIFY(reply->body.size() > 120 * 1024);
}

SLUICE_TEST(aChunkThatIsNoneEndsTheUpload) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("POST " + origin.url("/upload") +
                       " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzzz\r\nabc\r\n0\r\n\r\n"));
  const auto reply = client.reply();
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 400);
  QVERIFY(serves(engine, origin));
}

SLUICE_TEST(clientsThatGoAwayMidDownloadHarmNobody) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (int i = 0; i < 20; ++i) {
    Client client(engine.port());
    QVERIFY(client.write("GET " + origin.url("/bytes/50000000") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    QVERIFY(readHead(client.input()).has_value());
    client.input().exactly(std::size_t(i) * 10'000);
    i % 2 == 0 ? client.reset() : client.close();
  }
  QVERIFY(serves(engine, origin));
  QVERIFY(engine.stop() == 0);
}

SLUICE_TEST(clientsThatGoAwayMidUploadHarmNobody) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (int i = 0; i < 20; ++i) {
    Client client(engine.port());
    QVERIFY(client.write("POST " + origin.url("/upload") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n" +
                         std::string(std::size_t(i) * 5000, 'x')));
    i % 2 == 0 ? client.reset() : client.close();
  }
  QVERIFY(serves(engine, origin));
  QVERIFY(engine.stop() == 0);
}

SLUICE_TEST(clientsThatGoAwayMidHeadHarmNobody) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const std::string request = "GET " + origin.url("/bytes/1") + " HTTP/1.1\r\nHost: x\r\n\r\n";
  for (std::size_t i = 0; i < request.size(); ++i) {
    Client client(engine.port());
    QVERIFY(client.write(request.substr(0, i)));
    i % 2 == 0 ? client.reset() : client.close();
  }
  QVERIFY(serves(engine, origin));
  QVERIFY(engine.stop() == 0);
}

// A client may end its direction once the request is out; the response is still its due.
SLUICE_TEST(aClientThatHalfClosesStillGetsItsResponse) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("GET " + origin.url("/bytes/300000?headDelayMs=50") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  client.finish();
  const auto reply = client.reply();
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body.size(), std::size_t(300'000));
}
