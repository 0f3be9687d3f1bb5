// Heads: nothing that has come is forgotten, and who leaves instead of sending or taking one is noticed.
#include <chrono>
#include <string>

#include "core/base/limits.h"
#include "tests/support/engine/proxy.h"
#include "tests/support/engine/requests.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"

using namespace sluice;
using test::getOf;
using test::headOf;
using test::patient;
using test::Proxy;
using namespace std::chrono_literals;

// Its bytes are seen while nobody may read them yet, and no more will come to announce them.
SLUICE_TEST(readsARequestThatCameWhileAnAnswerWasDue) {
  test::Origin origin;
  auto timeouts = patient();
  timeouts.clientIdle = 3s;
  Proxy proxy(timeouts);
  test::Client client(proxy.port);
  QVERIFY(client.write(getOf(origin.url("/bytes/0?headDelayMs=100"))));
  QVERIFY(test::eventually([&] { return origin.requests() == 1; }));
  QVERIFY(client.write(getOf(origin.url("/bytes/7"))));
  QVERIFY(client.reply().has_value());
  const auto second = client.reply();
  QVERIFY(second && second->body.size() == 7);
}

SLUICE_TEST(noticesAClientThatLeavesAfterItsBody) {
  test::Origin origin;
  Proxy proxy(patient());
  test::Client client(proxy.port);
  // The head fills the block that it is received into, so the body is seen behind it before it is asked for.
  const auto head = headOf(limits::kBlockBytes, "POST " + origin.url("/never") + " HTTP/1.1\r\nContent-Length: 5\r\n");
  QVERIFY(client.write(head + "hello"));
  QVERIFY(test::eventually([&] { return origin.requests() == 1; }));
  client.close();
  QVERIFY(proxy.kept.waitFor<capture::ExchangeEnded>(1));
}

SLUICE_TEST(noticesAClientThatLeavesWhileAnAnswerIsDue) {
  test::Origin origin;
  Proxy proxy(patient());
  test::Client client(proxy.port);
  QVERIFY(client.write(getOf(origin.url("/never"))));
  QVERIFY(test::eventually([&] { return origin.requests() == 1; }));
  client.reset();
  QVERIFY(proxy.waitForConnections(0));
  proxy.stop();
  const auto ends = proxy.kept.all<capture::ExchangeEnded>();
  QVERIFY(ends.size() == 1 && ends[0].error.side == Side::Client);
}

SLUICE_TEST(interimResponsesAreBounded) {
  test::Origin origin;
  Proxy proxy(patient());
  test::Client client(proxy.port);
  QVERIFY(client.write(getOf(origin.url("/interim?count=" + std::to_string(limits::kInterimResponsesMax + 1)))));
  std::size_t interim = 0;
  auto reply = client.reply();
  for (; reply && reply->status() == 103; reply = client.reply()) ++interim;
  QCOMPARE(interim, limits::kInterimResponsesMax);
  QVERIFY(reply.has_value());
  QCOMPARE(reply->status(), 502);
}
