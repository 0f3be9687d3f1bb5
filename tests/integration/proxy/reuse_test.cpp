// Connections are kept and used again on both sides, and only where that is right.
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::string connection(int number, int request) {
  return "{\"connection\":" + std::to_string(number) + ",\"request\":" + std::to_string(request) + "}\n";
}

}  // namespace

SLUICE_TEST(oneClientConnectionUsesOneUpstreamConnection) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (int i = 1; i <= 5; ++i) {
    const auto reply = client.get(origin.url("/connection"));
    QVERIFY(reply.has_value());
    QCOMPARE(reply->body, connection(1, i));
  }
}

SLUICE_TEST(anotherClientTakesTheIdleUpstreamConnection) {
  const Origin origin;
  EngineProcess::Options options;
  options.arguments = {"--workers", "1"};  // each has a pool of its own
  EngineProcess engine(options);
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client first(engine.port());
  QVERIFY(first.get(origin.url("/connection")).has_value());
  first.close();
  Client second(engine.port());
  const auto reply = second.get(origin.url("/connection"));
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body, connection(1, 2));
}

SLUICE_TEST(bodiesBetweenDoNotDisturbReuse) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/100000")).has_value());
  QVERIFY(client.get(origin.url("/bytes/100000?framing=chunked&piece=333&trailers=1")).has_value());
  QVERIFY(client.ask("HEAD " + origin.url("/bytes/100") + " HTTP/1.1\r\nHost: x\r\n\r\n").has_value());
  QVERIFY(client
              .ask("POST " + origin.url("/upload") +
                   " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
              .has_value());
  const auto reply = client.get(origin.url("/connection"));
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body, connection(1, 5));
}

SLUICE_TEST(requestsInOneGoAreAnsweredInTheirOrder) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  std::string requests;
  for (int i = 0; i < 10; ++i) {
    requests += "GET " + origin.url("/bytes/" + std::to_string(1000 + i)) + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }
  QVERIFY(client.write(requests));
  for (int i = 0; i < 10; ++i) {
    const auto reply = client.reply();
    QVERIFY(reply.has_value());
    QCOMPARE(reply->body.size(), std::size_t(1000 + i));
  }
}

SLUICE_TEST(aRequestBehindABodyIsAnsweredToo) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("POST " + origin.url("/echo") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabcGET " +
                       origin.url("/bytes/7") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  const auto first = client.reply();
  QVERIFY(first.has_value());
  QCOMPARE(first->body, std::string("abc"));
  const auto second = client.reply();
  QVERIFY(second.has_value());
  QCOMPARE(second->body.size(), std::size_t(7));
}

SLUICE_TEST(closesWhenTheClientAsksForIt) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/connection"), "Connection: close\r\n").has_value());
  QCOMPARE(client.input().rest(), std::string());
  QVERIFY(client.ended());
}

SLUICE_TEST(oldClientsGetTheirConnectionClosed) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.ask("GET " + origin.url("/bytes/10") + " HTTP/1.0\r\n\r\n");
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body.size(), std::size_t(10));
  QCOMPARE(client.input().rest(), std::string());
  QVERIFY(client.ended());
}

SLUICE_TEST(anUpstreamThatClosesIsReplacedForTheSameClient) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.get(origin.url("/bytes/10?close=1")).has_value());
  const auto reply = client.get(origin.url("/connection"));
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body, connection(2, 1));
}

// A kept upstream connection may be closed by the origin at any moment: a request that meets this goes over a new one.
SLUICE_TEST(anUpstreamThatDiesWhileIdleIsReplaced) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const Origin origin;
  Client client(engine.port());
  for (int i = 0; i < 20; ++i) {
    // Answers whole and keepable, then closes without a word.
    const auto odd = client.get(origin.url("/raw?b=HTTP/1.1%20200%20OK%0d%0aContent-Length:%202%0d%0a%0d%0aok"));
    QVERIFY(odd.has_value());
    QCOMPARE(odd->body, std::string("ok"));
    const auto reply = client.get(origin.url("/bytes/3"));
    QVERIFY2(reply.has_value(), (std::to_string(i) + ": " + client.failure()).c_str());
    QCOMPARE(reply->status(), 200);
  }
}
