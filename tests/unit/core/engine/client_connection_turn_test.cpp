// How turns end: nothing that waits is forgotten, and closing neither loses an answer nor lasts for ever.
#include <array>
#include <asio/write.hpp>
#include <chrono>
#include <string>

#include "core/base/assert.h"
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
using test::readToEnd;
using namespace std::chrono_literals;

SLUICE_TEST(aHalfClosedClientGetsItsWholeAnswer) {
  test::Origin origin;
  Proxy proxy(patient());
  test::Client client(proxy.port);
  QVERIFY(client.write(getOf(origin.url("/bytes/300000?bodyDelayMs=50"))));
  client.finish();
  const auto reply = client.reply();
  QVERIFY(reply && reply->body.size() == 300000);
  QCOMPARE(readToEnd(client), std::string());
  QVERIFY(client.ended());
}

SLUICE_TEST(keepsUpstreamWhenOnlyTheClientCloses) {
  test::Origin origin;
  Proxy proxy(patient());
  for (int i = 0; i < 2; ++i) {
    test::Client client(proxy.port);
    const auto reply = client.get(origin.url("/bytes/0"), "Connection: close\r\n");
    QVERIFY(reply && reply->head.header("connection") == "close");
  }
  QCOMPARE(origin.connections(), std::uint64_t{1});
}

SLUICE_TEST(anAnswerReachesAClientThatIsStillSending) {
  Proxy proxy(patient());
  test::Client client(proxy.port);
  const std::string unwanted(4 * limits::kMiB, 'x');
  QVERIFY(client.write("BROKEN\r\n" + unwanted));
  QVERIFY(readToEnd(client).rfind("HTTP/1.1 400 ", 0) == 0);
  QVERIFY(client.ended());
}

SLUICE_TEST(whoSendsWhatNobodyWantsIsNotHeardForEver) {
  auto timeouts = patient();
  timeouts.linger = 10s;  // between two bytes; they come much faster
  timeouts.lingerInAll = 100ms;
  Proxy proxy(timeouts);
  test::Client client(proxy.port);
  QVERIFY(client.write("BROKEN\r\n"));
  QVERIFY(proxy.kept.waitFor<capture::ExchangeEnded>(1));
  QVERIFY(test::eventually([&] { return !client.write("x") || !proxy.kept.all<capture::ConnectionClosed>().empty(); }));
}

SLUICE_TEST(whoDoesNotTakeItsLastAnswerIsReset) {
  test::Origin origin;
  engine::Timeouts timeouts = patient();
  timeouts.clientIdle = timeouts.body = 150ms;
  Proxy proxy(timeouts);
  test::Client client(proxy.port);
  // Answers that are heads alone, more of them than the system keeps for a client that does not read; and all requests
  // fit one block, because closing with bytes unread would be a reset in any case.
  std::string requests;
  for (int i = 0; i < 200; ++i) requests += "HEAD " + origin.url("/head/100000") + " HTTP/1.1\r\nHost: x\r\n\r\n";
  QVERIFY(client.write(requests));
  QVERIFY(proxy.kept.waitFor<capture::ConnectionClosed>(1));
  readToEnd(client);
  QVERIFY2(!client.ended(), "it was told that this was all");
}

SLUICE_TEST(anAnswerFromHttp10KeepsAClientOfHttp11) {
  test::Origin origin;
  Proxy proxy(patient());
  test::Client client(proxy.port);
  const auto raw = origin.url("/raw?b=HTTP/1.0%20200%20OK%0D%0AContent-Length:%202%0D%0A%0D%0Aok");
  const auto first = client.get(raw);
  QVERIFY(first.has_value());
  QCOMPARE(first->head.header("connection"), std::string("keep-alive"));
  QVERIFY(client.get(origin.url("/bytes/1")).has_value());
}

SLUICE_TEST(whatFollowsAResponseIsNoResponseToTheNextRequest) {
  test::Origin origin;
  Proxy proxy(patient());
  test::Client client(proxy.port);
  const std::string extra = "HTTP/1.1%20200%20OK%0D%0AContent-Length:%203%0D%0A%0D%0Abad";
  for (const std::string body : {"2%0D%0A%0D%0Aok", "0%0D%0A%0D%0A"}) {
    const auto raw = origin.url("/raw?end=keep&b=HTTP/1.1%20200%20OK%0D%0AContent-Length:%20" + body + extra);
    QVERIFY(client.get(raw).has_value());
    const auto next = client.get(origin.url("/bytes/5"));
    QVERIFY(next.has_value());
    QCOMPARE(next->body.size(), std::size_t{5});
  }
}

// What was received may be ahead of what was asked upstream by a few blocks and no more, however much is sent.
SLUICE_TEST(aBurstOfPipelinedRequestsIsReadAsItIsAnswered) {
  test::Origin origin;
  Proxy proxy(patient());
  constexpr std::size_t kRequestBytes = 1000;
  constexpr int kPairs = 400;
  const std::string get = headOf(kRequestBytes, "GET " + origin.url("/bytes/10") + " HTTP/1.1\r\n");
  const std::string body(100, 'b');
  const std::string post =
      headOf(kRequestBytes - body.size(), "POST " + origin.url("/echo") + " HTTP/1.1\r\nContent-Length: 100\r\n") + body;
  std::string burst;
  for (int i = 0; i < kPairs; ++i) burst += get + post;

  asio::io_context loop;
  asio::ip::tcp::socket client(loop);
  client.connect({asio::ip::address_v4::loopback(), proxy.port});
  asio::async_write(client, asio::buffer(burst), [](const std::error_code&, std::size_t) {});
  std::string answers;
  std::array<char, 65536> piece;
  std::uint64_t ahead = 0;
  std::size_t answered = 0;
  while (answered < 2 * kPairs) {
    std::size_t count = 0;
    client.async_read_some(asio::buffer(piece), [&](const std::error_code&, std::size_t n) { count = n; });
    loop.restart();
    while (count == 0 && loop.run_one_for(20s) > 0) {
    }
    if (count == 0) break;
    answers.append(piece.data(), count);
    for (auto at = answers.find("HTTP/1.1 200 "); at != answers.npos; at = answers.find("HTTP/1.1 200 ")) {
      answers.erase(0, at + 13);
      ++answered;
    }
    const auto received = proxy.counters().bytesUp.load();
    const auto asked = origin.requests() * kRequestBytes;
    if (received > asked) ahead = std::max(ahead, received - asked);
  }
  QVERIFY2(answered == 2 * kPairs, (std::to_string(answered) + ": " + answers.substr(0, 600)).c_str());
  QVERIFY2(ahead < (limits::kBlocksPerPipeMax + 4) * limits::kBlockBytes, std::to_string(ahead).c_str());
}

// The same reset is seen by whoever looks first: the watch over the client, the request's body or the response's. Without a wait for
// room to send, which a limit replaces, several of them see it in one turn.
SLUICE_TEST(aClientThatResetsIsHeardOfOnce) {
  test::Origin origin;
  engine::WorkerSettings settings;
  settings.timeouts = patient();
  settings.profile.name = "test";
  settings.profile.down.rate = {40'000'000};
  Proxy proxy(settings);
  constexpr std::size_t kClients = 40;
  for (std::size_t i = 0; i < kClients; ++i) {
    const std::string url = origin.url("/bytes/30000000");
    test::Client client(proxy.port);
    const bool sendsABody = i % 2 == 1;
    QVERIFY(client.write(sendsABody ? "POST " + url + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\nbeginning" : getOf(url)));
    QVERIFY(client.input().exactly(100'000).size() == 100'000);
    client.reset();
    QVERIFY(proxy.kept.waitFor<capture::ConnectionClosed>(i + 1));
  }
  proxy.stop();
  const auto ends = proxy.kept.all<capture::ExchangeEnded>();
  QCOMPARE(ends.size(), kClients);
  for (const auto& end : ends) {
    QVERIFY(end.error.code == Code::ConnectionReset && end.error.side == Side::Client);
    QVERIFY(end.response.bytes > 0);
  }
  QCOMPARE(proxy.counters().bugsSurvived.load(), bugCount());
}

SLUICE_TEST(bugsThatWereSurvivedAreCountedAtOnce) {
  Proxy proxy(patient());
  setBugsAreFatal(false);
  QVERIFY(SLUICE_BUG(proxy.port != 0));
  setBugsAreFatal(true);
  {
    test::Client client(proxy.port);
    QVERIFY(client.connected());
  }
  QVERIFY(proxy.kept.waitFor<capture::ConnectionClosed>(1));
  proxy.stop();
  QCOMPARE(proxy.counters().bugsSurvived.load(), bugCount());
}
