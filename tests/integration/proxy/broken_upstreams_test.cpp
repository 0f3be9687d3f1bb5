// Origins that fail: a 502 that says so while nothing was sent yet, a connection that breaks off visibly after that.
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Whether the client gets a 502 that names the server's side.
bool isBadGateway(const EngineProcess& engine, const std::string& url) {
  Client client(engine.port());
  const auto reply = client.get(url);
  const bool right = reply && reply->status() == 502 && reply->body.find("server") != std::string::npos;
  if (!right) {
    std::fprintf(stderr, "%s: %s\n%s\n", url.c_str(), reply ? reply->head.startLine.c_str() : "no reply",
                 reply ? reply->body.c_str() : client.failure().c_str());
  }
  return right;
}

// Whether the client can tell that the body is not whole: never a clean end, never a byte too many.
bool breaksOff(const EngineProcess& engine, const std::string& url) {
  Client client(engine.port());
  const auto reply = client.get(url);
  const bool right = reply && reply->status() == 200 && !reply->summary.complete;
  if (!right) std::fprintf(stderr, "%s: %s\n", url.c_str(), reply ? "a whole body" : client.failure().c_str());
  return right;
}

}  // namespace

SLUICE_TEST(responsesThatAreNoneBecomeBadGateway) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const char* name :
       {"garbage", "no-version", "wrong-version", "no-status", "status-letters", "status-short", "two-lengths",
        "length-negative", "length-overflow", "length-letters", "head-cut", "name-space", "nul-in-head"}) {
    QVERIFY2(isBadGateway(engine, origin.url("/bad/" + std::string(name))), name);
  }
}

SLUICE_TEST(originsThatSayNothingBecomeBadGateway) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY(isBadGateway(engine, origin.url("/nothing")));
  QVERIFY(isBadGateway(engine, origin.url("/reset")));
  QVERIFY(isBadGateway(engine, origin.url("/raw?b=HTTP/1.1%20200&end=reset")));
}

SLUICE_TEST(responseHeadsOverTheLimitBecomeBadGateway) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  QVERIFY(isBadGateway(engine, origin.url("/head/300000")));
  QVERIFY(isBadGateway(engine, origin.url("/head/30000?fields=2000")));
  Client client(engine.port());
  const auto reply = client.get(origin.url("/head/100000?fields=100"));
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body, std::string("hello"));
}

SLUICE_TEST(bodiesThatStopEarlyBreakOff) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const char* target : {"/bytes/1000000?closeAt=500000", "/bytes/1000000?resetAt=500000",
                             "/bytes/1000000?framing=chunked&closeAt=700000",
                             "/bytes/1000000?framing=chunked&resetAt=700000", "/bytes/10?closeAt=0", "/bad/length-cut",
                             "/bad/chunk-cut", "/bad/chunk-letters", "/bad/chunk-overflow", "/bad/chunk-no-end"}) {
    QVERIFY2(breaksOff(engine, origin.url(target)), target);
  }
}

// Whatever arrived before the break is passed on.
SLUICE_TEST(theBeginningOfABrokenBodyArrives) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.get(origin.url("/bytes/1000000?seed=3&closeAt=500000"));
  QVERIFY(reply.has_value());
  QVERIFY(reply->body == Pattern(3).text(0, 500'000));
}

SLUICE_TEST(afterAFaultTheNextRequestIsServed) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const char* fault : {"/nothing", "/bad/garbage", "/bytes/100000?resetAt=10"}) {
    Client first(engine.port());
    first.get(origin.url(fault));
    Client next(engine.port());
    const auto reply = next.get(origin.url("/bytes/100"));
    QVERIFY2(reply && reply->body.size() == 100, fault);
  }
}

SLUICE_TEST(anAnswerBeforeTheUploadEndsArrives) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(
      client.write("POST " + origin.url("/upload?early=1") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"));
  QVERIFY(client.write(std::string(1000, 'x')));
  const auto reply = client.reply();
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 413);
  QCOMPARE(reply->body, std::string("enough\n"));
}

SLUICE_TEST(anOriginThatResetsAnUploadBecomesBadGateway) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("POST " + origin.url("/upload?resetAt=1000") +
                       " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + std::string(50'000, 'x')));
  const auto reply = client.reply();
  QVERIFY2(reply.has_value(), client.failure().c_str());
  QCOMPARE(reply->status(), 502);
}

SLUICE_TEST(anOriginThatSendsMoreThanItSaidIsCutOffThere) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply =
      client.get(origin.url("/raw?b=HTTP/1.1%20200%20OK%0d%0aContent-Length:%203%0d%0a%0d%0aabcEXCESS&end=keep"));
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body, std::string("abc"));
  const auto next = client.get(origin.url("/connection"));
  QVERIFY(next.has_value());
  QCOMPARE(next->body, std::string("{\"connection\":2,\"request\":1}\n"));
}
