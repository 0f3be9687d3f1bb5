// A worker with real sockets on both sides and short timeouts: what only time and the driver can show.
#include "core/engine/client_connection.h"

#include <asio/read.hpp>
#include <asio/write.hpp>
#include <thread>

#include "core/base/limits.h"
#include "tests/support/engine/proxy.h"
#include "tests/support/origin/origin.h"
#include "tests/support/temporary_directory.h"
#include "tests/support/test.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using test::Proxy;
using test::readToEnd;

namespace {

engine::Timeouts quick() {
  engine::Timeouts timeouts;
  timeouts.clientIdle = timeouts.requestHead = timeouts.body = std::chrono::milliseconds(80);
  timeouts.linger = timeouts.drain = std::chrono::milliseconds(200);
  return timeouts;
}

}  // namespace

// As without us: the origin may stand at a breakpoint, and a stream of events has nothing to say for hours.
SLUICE_TEST(anOriginMayTakeItsTime) {
  test::Origin origin;
  Proxy proxy(quick());
  test::Client client(proxy.port);
  const auto late = client.get(origin.url("/bytes/5?headDelayMs=400"));
  QVERIFY(late && late->status() == 200);
  const auto pausing = client.get(origin.url("/bytes/300?piece=100&pauseUs=300000"));
  QVERIFY(pausing && pausing->body.size() == 300);
}

SLUICE_TEST(aClientMayTakeItsTimeWithItsBody) {
  test::Origin origin;
  Proxy proxy(quick());
  test::Client client(proxy.port);
  QVERIFY(client.write("POST " + origin.url("/echo") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc"));
  std::this_thread::sleep_for(std::chrono::milliseconds(300));
  QVERIFY(client.write("def"));
  const auto reply = client.reply("POST");
  QVERIFY(reply && reply->body == "abcdef");
}

SLUICE_TEST(whoTakesNothingOfAResponseIsCut) {
  test::Origin origin;
  Proxy proxy(quick());
  test::Client client(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/bytes/100000000") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(proxy.kept.waitFor<capture::ExchangeEnded>(1));
  const auto end = proxy.kept.all<capture::ExchangeEnded>()[0];
  QVERIFY(end.error.code == Code::IdleTimeout && end.error.side == Side::Client);
}

SLUICE_TEST(aHeadThatTricklesInIs408HoweverBusyItLooks) {
  Proxy proxy(quick());
  test::Client client(proxy.port);
  QVERIFY(client.write("GET http://127.0.0.1/ HTTP/1.1\r\n"));
  // Each byte comes well before an idle timeout would; the head as a whole does not end.
  while (!client.ended()) {
    if (!client.write("X")) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (client.localPort() == 0) break;
    if (!proxy.kept.all<capture::ExchangeEnded>().empty()) break;
  }
  QVERIFY(readToEnd(client).rfind("HTTP/1.1 408 ", 0) == 0);
}

SLUICE_TEST(anIdleClientIsClosed) {
  Proxy proxy(quick());
  test::Client client(proxy.port);
  QCOMPARE(readToEnd(client), std::string());
  QVERIFY(client.ended());
}

SLUICE_TEST(aTunnelMayRest) {
  test::Origin origin;
  Proxy proxy(quick());
  test::Client client(proxy.port);
  QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(origin.rawPort())));
  for (const std::string text : {"echo\nfirst", "later"}) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    QVERIFY(client.write(text));
    QVERIFY(client.input().exactly(5) == text.substr(text.size() - 5));
  }
}

SLUICE_TEST(aRequestThatLeadsBackToTheProxyIsRefused) {
  Proxy proxy;
  test::Client client(proxy.port);
  const auto reply = client.get("http://127.0.0.1:" + std::to_string(proxy.port) + "/");
  QVERIFY(reply.has_value());
  QVERIFY(reply->status() >= 500);
  QVERIFY(reply->body.find("this proxy") != std::string::npos);
}

SLUICE_TEST(reusesAnUpstreamConnectionForTheNextClient) {
  test::Origin origin;
  Proxy proxy;
  for (int i = 0; i < 3; ++i) {
    test::Client client(proxy.port);
    QCOMPARE(client.get(origin.url("/connection"))->status(), 200);
  }
  QCOMPARE(origin.connections(), std::uint64_t{1});
}

// It would be lost where that has just ended, and without us each client opens its own.
SLUICE_TEST(whatMustNotBeSentTwiceTakesNoConnectionOfAnotherClient) {
  test::Origin origin;
  Proxy proxy;
  test::Client first(proxy.port), second(proxy.port);
  QVERIFY(first.get(origin.url("/connection")).has_value());
  const std::string post = "POST " + origin.url("/echo") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi";
  for (int i = 0; i < 2; ++i) {
    const auto reply = second.ask(post);
    QVERIFY(reply && reply->body == "hi");
    QCOMPARE(origin.connections(), std::uint64_t{2});  // the second time it is its own
  }
  QVERIFY(second.get(origin.url("/connection")).has_value());
  QCOMPARE(origin.connections(), std::uint64_t{2});
}

SLUICE_TEST(aConnectionThatWasAuthenticatedServesNobodyElse) {
  test::Origin origin;
  Proxy proxy;
  const auto connection = [&](test::Client& client, const std::string& field) {
    const auto reply = client.ask("GET " + origin.url("/connection") + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\n");
    return reply ? reply->body.substr(0, reply->body.find(',')) : std::string();
  };
  test::Client first(proxy.port);
  test::Client second(proxy.port);
  QCOMPARE(connection(first, "Authorization: Basic eDp5\r\n"), std::string("{\"connection\":1"));
  QCOMPARE(connection(second, {}), std::string("{\"connection\":1"));
  QCOMPARE(connection(first, "authorization: ntlm TlRMTVNTUAAB\r\n"), std::string("{\"connection\":1"));
  QCOMPARE(connection(second, {}), std::string("{\"connection\":2"));
  QCOMPARE(connection(first, {}), std::string("{\"connection\":1"));
  QCOMPARE(connection(second, "Authorization: Negotiate YII=\r\n"), std::string("{\"connection\":2"));
  QCOMPARE(connection(first, {}), std::string("{\"connection\":1"));
  QCOMPARE(connection(second, {}), std::string("{\"connection\":2"));
}

SLUICE_TEST(answersPipelinedRequestsInOrder) {
  test::Origin origin;
  Proxy proxy;
  test::Client client(proxy.port);
  std::string requests;
  for (int i = 0; i < 20; ++i) {
    requests += "GET " + origin.url("/bytes/" + std::to_string(i * 1000)) + " HTTP/1.1\r\nHost: x\r\n\r\n";
    requests += "POST " + origin.url("/echo") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  }
  QVERIFY(client.write(requests));
  for (int i = 0; i < 20; ++i) {
    const auto bytes = client.reply();
    QVERIFY(bytes && bytes->status() == 200);
    QCOMPARE(bytes->body.size(), std::size_t(i) * 1000);
    const auto echo = client.reply("POST");
    QVERIFY(echo.has_value());
    QCOMPARE(echo->body, std::string("abc"));
  }
}

SLUICE_TEST(drainingLetsARunningExchangeEnd) {
  test::Origin origin;
  Proxy proxy;
  test::Client client(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/bytes/5000?piece=1000&pauseUs=50000") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  while (origin.requests() == 0) std::this_thread::yield();
  proxy.worker().drain();
  const auto reply = client.reply();
  QVERIFY(reply.has_value());
  QCOMPARE(reply->body.size(), std::size_t{5000});
  proxy.stop();
  QCOMPARE(proxy.kept.all<capture::ConnectionClosed>().size(), proxy.kept.all<capture::ConnectionOpened>().size());
}

SLUICE_TEST(whatDoesNotEndWhileDrainingIsRecordedAsAborted) {
  test::Origin origin;
  Proxy proxy(quick());
  test::Client client(proxy.port);
  QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(origin.rawPort())));
  QVERIFY(client.write("echo\nword"));
  QCOMPARE(client.input().exactly(4), std::string("word"));
  proxy.stop();
  const auto ends = proxy.kept.all<capture::ExchangeEnded>();
  QCOMPARE(ends.size(), std::size_t{1});
  QVERIFY(ends[0].error.code != Code::None);
}

SLUICE_TEST(aSlowClientGetsEveryByteOfASpilledBodyUnchanged) {
  constexpr std::size_t kBytes = 24 * limits::kMiB;
  test::Origin origin;
  test::TemporaryDirectory directory;
  engine::WorkerSettings settings;
  settings.spillDirectory = directory.path();
  settings.profile.mode = throttle::Mode::Buffered;
  settings.pipe.maxSpillSize = limits::kMiB;  // used again and again
  Proxy proxy(settings);
  test::Client client(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/bytes/" + std::to_string(kBytes) + "?seed=5") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  std::string received;
  std::vector<std::byte> buffer(256 * limits::kKiB);
  while (received.find("\r\n\r\n") == std::string::npos || received.size() < received.find("\r\n\r\n") + 4 + kBytes) {
    const auto count = client.read(buffer);
    if (count == 0) break;
    received.append(asText(Bytes(buffer).first(count)));
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const auto body = std::string_view(received).substr(received.find("\r\n\r\n") + 4);
  QCOMPARE(body.size(), kBytes);
  QVERIFY(test::Pattern(5).matches(0, asBytes(body)));
  QVERIFY(std::filesystem::is_empty(directory.path()));
}

SLUICE_TEST(aBodyOverTheCaptureLimitIsCountedInFull) {
  test::Origin origin;
  engine::WorkerSettings settings;
  settings.capturedBodyBytesMax = 1000;
  Proxy proxy(settings);
  test::Client client(proxy.port);
  const auto reply = client.get(origin.url("/bytes/300000"));
  QVERIFY(reply && reply->body.size() == 300000);
  proxy.stop();
  const auto ends = proxy.kept.all<capture::ExchangeEnded>();
  QVERIFY(ends.size() == 1);
  QCOMPARE(ends[0].response.bytes, std::uint64_t{300000});
  QCOMPARE(ends[0].response.capturedBytes, std::uint64_t{1000});
}

SLUICE_TEST(requestsBehindConnectAreExchanges) {
  test::Origin origin;
  Proxy proxy;
  test::Client client(proxy.port);
  const auto target = "127.0.0.1:" + std::to_string(origin.port());
  QVERIFY(client.tunnel(target));
  for (const char c : std::string("GET /bytes/5 HTTP/1.1\r\nHost: x\r\n\r\n")) QVERIFY(client.write(std::string(1, c)));
  const auto first = client.reply();
  QVERIFY(first && first->status() == 200 && first->body.size() == 5);
  const auto second = client.ask("GET /bytes/6 HTTP/1.1\r\nHost: x\r\n\r\n");
  QVERIFY(second && second->body.size() == 6);
  QCOMPARE(origin.connections(), std::uint64_t{1});
  client.close();
  proxy.stop();
  const auto starts = proxy.kept.all<capture::ExchangeStarted>();
  const auto ends = proxy.kept.all<capture::ExchangeEnded>();
  QVERIFY(starts.size() == 2 && ends.size() == 2);
  QCOMPARE(starts[0].url, "http://" + target + "/bytes/5");
  QCOMPARE(starts[0].exchange.value, std::uint64_t{1});
  QVERIFY(!ends[0].upstreamReused && ends[1].upstreamReused);
}

SLUICE_TEST(aServerThatSpeaksFirstIsHeardThroughATunnel) {
  asio::io_context io;
  asio::ip::tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), 0});
  Proxy proxy;
  test::Client client(proxy.port);
  QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(acceptor.local_endpoint().port())));
  auto server = acceptor.accept();
  asio::write(server, asio::buffer(std::string("220 ready\r\n")));
  QCOMPARE(client.input().exactly(11), std::string("220 ready\r\n"));
  QVERIFY(client.write("GET / HTTP/1.1\r\n"));
  std::string said(16, ' ');
  asio::read(server, asio::buffer(said));
  QCOMPARE(said, std::string("GET / HTTP/1.1\r\n"));
}

SLUICE_TEST(whatStopsInsideARequestLineBehindConnectGoesThroughATunnel) {
  test::Origin origin;
  engine::Timeouts timeouts;
  timeouts.sniff = std::chrono::milliseconds(20);
  Proxy proxy(timeouts);
  test::Client client(proxy.port);
  QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(origin.rawPort())));
  QVERIFY(client.write("echo"));
  QVERIFY(proxy.kept.waitFor<capture::ExchangeStarted>(1));
  QVERIFY(client.write("\nword"));
  QCOMPARE(client.input().exactly(4), std::string("word"));
}

// A recorder that is too far behind refuses what begins: nothing of it may wait in memory or stay on the disk.
SLUICE_TEST(ofAnExchangeThatTheRecorderRefusesNothingIsSaidAndNoBodyFileStays) {
  const test::TemporaryDirectory directory;
  engine::WorkerSettings settings;
  settings.spillDirectory = settings.bodyDirectory = directory.path();
  settings.profile.mode = throttle::Mode::Buffered;
  test::Origin origin;
  Proxy proxy(std::move(settings));
  proxy.kept.refusesExchanges = true;
  test::Client client(proxy.port);
  const auto refused = client.get(origin.url("/bytes/3000000?seed=3"));
  QVERIFY(refused && refused->body == test::Pattern(3).text(0, 3'000'000));
  QVERIFY(test::eventually([&] { return proxy.counters().openExchanges.load() == 0; }));
  QVERIFY(proxy.kept.records().empty());
  QVERIFY(std::filesystem::is_empty(directory.path()));
  proxy.kept.refusesExchanges = false;
  QVERIFY(client.get(origin.url("/bytes/3000000?seed=3")).has_value());
  QVERIFY(proxy.kept.waitFor<capture::ExchangeEnded>(1));
  proxy.stop();
  QCOMPARE(proxy.kept.all<capture::ConnectionOpened>().size(), std::size_t{1});
  QCOMPARE(proxy.kept.all<capture::ConnectionClosed>().size(), std::size_t{1});
  QCOMPARE(proxy.kept.all<capture::ExchangeEnded>()[0].response.capturedBytes, std::uint64_t{3'000'000});
  QVERIFY(!std::filesystem::is_empty(directory.path()));
}
