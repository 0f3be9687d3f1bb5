// CONNECT: bytes pass unread in both directions, and each direction ends by itself.
#include <chrono>
#include <thread>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/client.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::string target(const Origin& origin) { return "127.0.0.1:" + std::to_string(origin.rawPort()); }

}  // namespace

// The client ends its direction; the answer that only then begins still arrives.
SLUICE_TEST(clientsHalfCloseReachesTheServer) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.tunnel(target(origin)));
  const auto body = Pattern(3).text(0, 2'000'000);
  QVERIFY(client.write("digest\n" + body));
  client.finish();
  QCOMPARE(client.input().rest(), "2000000 " + sha256(asBytes(body)) + "\n");
  QVERIFY2(client.ended(), client.failure().c_str());
}

// The server ends its direction; what the client goes on to say still arrives.
SLUICE_TEST(serversHalfCloseReachesTheClient) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.tunnel(target(origin)));
  QVERIFY(client.write("talk 1000000\n"));
  QVERIFY(client.input().rest() == Pattern(0).text(0, 1'000'000));
  QVERIFY2(client.ended(), client.failure().c_str());
  QVERIFY(client.write(std::string(300'000, 'x')));
  client.finish();
  const auto deadline = std::chrono::steady_clock::now() + Client::kDeadline;
  while (origin.heard() < 300'000 && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  QCOMPARE(origin.heard(), std::uint64_t(300'000));
}

SLUICE_TEST(bytesBehindTheConnectRequestGoIntoTheTunnel) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.write("CONNECT " + target(origin) + " HTTP/1.1\r\nHost: x\r\n\r\necho\nearly"));
  QVERIFY(client.write(" bird"));
  client.finish();
  const auto head = readHead(client.input());
  QVERIFY(head.has_value());
  QCOMPARE(head->status(), 200);
  QVERIFY(head->header("content-length").empty() && head->header("transfer-encoding").empty());
  QCOMPARE(client.input().rest(), std::string("early bird"));
}

SLUICE_TEST(tunnelsEchoWithoutWaitingForMore) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.tunnel(target(origin)));
  QVERIFY(client.write("echo\n"));
  for (int i = 0; i < 200; ++i) {
    const auto word = "word " + std::to_string(i);
    QVERIFY(client.write(word));
    QCOMPARE(client.input().exactly(word.size()), word);
  }
}

SLUICE_TEST(aResetOfTheServerReachesTheClient) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  Client client(engine.port());
  QVERIFY(client.tunnel(target(origin)));
  QVERIFY(client.write("reset\n"));
  QCOMPARE(client.input().rest(), std::string());  // ended or reset, but not left hanging
  QVERIFY2(client.failure().find("timed out") == std::string::npos, client.failure().c_str());
}

SLUICE_TEST(aClientThatGoesAwayEndsTheServersSide) {
  const Origin origin;
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  {
    Client client(engine.port());
    QVERIFY(client.tunnel(target(origin)));
    QVERIFY(client.write("talk 0\n"));
    QCOMPARE(client.input().rest(), std::string());
    QVERIFY(client.write(std::string(1000, 'x')));
    client.reset();
  }
  Client next(engine.port());
  QVERIFY(next.get(origin.url("/bytes/1")).has_value());
}

SLUICE_TEST(refusesConnectTargetsThatAreNone) {
  EngineProcess engine;
  QVERIFY2(engine.ready(), engine.log().c_str());
  for (const char* wrong :
       {"host-without-port", "host:", "host:0", "host:65536", "host:12x", "http://a/", "/", ":443"}) {
    Client client(engine.port());
    const auto reply = client.ask("CONNECT " + std::string(wrong) + " HTTP/1.1\r\nHost: x\r\n\r\n");
    QVERIFY2(reply && reply->status() == 400, wrong);
  }
}
