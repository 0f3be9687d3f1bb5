// What the other side sees of a message: everything as it was, except what belongs to one connection.
#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(aRequestArrivesAsItWasWritten) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  const auto host = "127.0.0.1:" + std::to_string(origin.port());
  const std::string fields =
      "hOsT: " + host + "\r\nX-Odd:   spaced \r\nx-odd: again\r\nAccept:\r\nX-Utf8: \xc3\xa4\r\n\r\n";
  Client client(engine.port());
  const auto reply = client.ask("GET http://" + host + "/mirror?q=%20{}|x HTTP/1.1\r\n" + fields);
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body, "GET /mirror?q=%20{}|x HTTP/1.1\r\n" + fields);
}

SLUICE_TEST(aResponseArrivesAsItWasWritten) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.get(origin.url(
      "/raw?b=HTTP/1.1%20299%20Odd%20%20reason%0d%0aset-COOKIE:%20a=1%0d%0aSet-Cookie:%20%20b%0d%0acontent-length:"
      "%202%0d%0aX:%0d%0a%0d%0aok&end=keep"));
  QVERIFY(reply.has_value());
  QCOMPARE(
      reply->head.raw,
      std::string("HTTP/1.1 299 Odd  reason\r\nset-COOKIE: a=1\r\nSet-Cookie:  b\r\ncontent-length: 2\r\nX:\r\n\r\n"));
  QCOMPARE(reply->body, std::string("ok"));
}

SLUICE_TEST(fieldsOfOneConnectionStayOnIt) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.get(origin.url("/mirror"),
                                "Proxy-Connection: keep-alive\r\nProxy-Authorization: Basic eDp5\r\nKeep-Alive: 5\r\n"
                                "Connection: X-Mine\r\nX-Mine: 1\r\nX-Kept: 1\r\n");
  QVERIFY(reply.has_value());
  for (const char* gone : {"Proxy-Connection", "Proxy-Authorization", "Keep-Alive", "X-Mine"}) {
    QVERIFY2(reply->body.find(gone) == std::string::npos, gone);
  }
  QVERIFY(reply->body.find("X-Kept: 1\r\n") != std::string::npos);
}

SLUICE_TEST(headGetsNoBodyWhateverItsLengthSays) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  const auto reply = client.ask("HEAD " + origin.url("/bytes/5000") + " HTTP/1.1\r\nHost: x\r\n\r\n");
  QVERIFY(reply.has_value());
  QCOMPARE(reply->head.header("content-length"), std::string("5000"));
  QVERIFY(client.get(origin.url("/bytes/1")).has_value());
}

SLUICE_TEST(responsesWithoutBodyNeedNoLength) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (const char* line : {"204%20No%20Content", "304%20Not%20Modified"}) {
    const auto reply =
        client.get(origin.url("/raw?b=HTTP/1.1%20" + std::string(line) + "%0d%0aETag:%20x%0d%0a%0d%0a&end=keep"));
    QVERIFY2(reply.has_value(), line);
  }
  QVERIFY(client.get(origin.url("/bytes/1")).has_value());
}

SLUICE_TEST(informationalResponsesArriveBeforeTheFinalOne) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("GET " + origin.url("/interim?code=103&count=2") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  for (const int status : {103, 103, 200}) {
    const auto reply = client.reply();
    QVERIFY(reply.has_value());
    QCOMPARE(reply->status(), status);
  }
}

SLUICE_TEST(expectContinueIsAnsweredBeforeTheBodyIsSent) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("POST " + origin.url("/upload") +
                       " HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"));
  const auto go = client.reply();
  QVERIFY(go.has_value());
  QCOMPARE(go->status(), 100);
  QVERIFY(client.write("abc"));
  const auto reply = client.reply();
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 200);
}

SLUICE_TEST(oddMethodsPass) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  for (const char* method : {"DELETE", "PROPFIND", "OPTIONS", "get", "X-ODD"}) {
    const auto reply = client.ask(std::string(method) + " " + origin.url("/mirror") + " HTTP/1.1\r\nHost: x\r\n\r\n");
    QVERIFY2(reply && reply->body.rfind(method, 0) == 0, method);
  }
}
