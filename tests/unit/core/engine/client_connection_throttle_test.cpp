// A worker under network profiles. Time is only ever too long here, never too short: a busy machine adds to it.
#include <asio/write.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "tests/support/engine/proxy.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/wire/pattern.h"

using namespace sluice;
using namespace sluice::test;

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

engine::WorkerSettings with(const throttle::Profile& profile) {
  engine::WorkerSettings settings;
  settings.profile = profile;
  return settings;
}

throttle::Profile profileOf(std::uint64_t downRate, std::uint64_t upRate, Micros downDelay = {}, Micros upDelay = {}) {
  throttle::Profile profile;
  profile.name = "test";
  profile.down = {{downRate}, downDelay, {}, 0};
  profile.up = {{upRate}, upDelay, {}, 0};
  return profile;
}

template <class Step>
Clock::duration timeOf(Step step) {
  const auto start = Clock::now();
  step();
  return Clock::now() - start;
}

// Waits until a loop on another thread has looked for events some times.
void passTurns(asio::io_context& loop) {
  for (int i = 0; i < 3; ++i) {
    std::promise<void> passed;
    asio::post(loop, [&] { passed.set_value(); });
    passed.get_future().wait();
  }
}

}  // namespace

SLUICE_TEST(aDownloadIsNoFasterThanItsProfile) {
  Origin origin;
  Proxy proxy(with(profileOf(400'000, 0)));
  Client client(proxy.port);
  std::optional<Reply> reply;
  const auto took = timeOf([&] { reply = client.get(origin.url("/bytes/400000?seed=3")); });
  QVERIFY(reply && reply->body == Pattern(3).text(0, 400'000));
  QVERIFY(took > milliseconds(900));  // a second, less the burst and a portion
  QVERIFY(proxy.kept.waitFor<capture::ExchangeEnded>(1));
  const auto end = proxy.kept.all<capture::ExchangeEnded>()[0];
  QVERIFY2(end.profile.find("\"test\"") != std::string::npos, end.profile.c_str());
  QVERIFY(end.heldBackUs > 500'000);
}

// The delay makes sure that the answer and the reset are there before the request is written, which then fails.
SLUICE_TEST(anAnswerBeforeAResetIsReadAlthoughTheRequestIsRefused) {
  asio::io_context loop;
  asio::ip::tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
  Proxy proxy(with(profileOf(0, 0, milliseconds(300))));
  std::thread server([&] {
    auto socket = acceptor.accept();
    passTurns(proxy.worker().loop());  // else connecting itself may fail
    asio::write(socket, asio::buffer(std::string_view("HTTP/1.1 429 Later\r\nContent-Length: 5\r\n\r\nlater")));
    socket.set_option(asio::socket_base::linger(true, 0));
    socket.close();
  });
  Client client(proxy.port);
  const auto reply = client.get("http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/");
  server.join();
  QVERIFY(reply && reply->status() == 429);
  QCOMPARE(reply->body, std::string("later"));
}

SLUICE_TEST(connectionsShareTheRate) {
  Origin origin;
  Proxy proxy(with(profileOf(400'000, 0)));
  std::vector<std::unique_ptr<Client>> clients;
  const auto took = timeOf([&] {
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<Client>(proxy.port));
      QVERIFY(clients.back()->write("GET " + origin.url("/bytes/100000") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
    }
    for (auto& client : clients) QCOMPARE(client->reply()->body.size(), std::size_t{100'000});
  });
  QVERIFY(took > milliseconds(900));
}

SLUICE_TEST(anUploadIsNoFasterThanItsProfile) {
  Origin origin;
  Proxy proxy(with(profileOf(0, 400'000)));
  Client client(proxy.port);
  const std::string body(400'000, 'u');
  std::optional<Reply> reply;
  const auto took = timeOf([&] {
    reply = client.ask("POST " + origin.url("/upload") + " HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n" + body);
  });
  QVERIFY(reply && reply->status() == 200);
  QVERIFY(took > milliseconds(900));
}

SLUICE_TEST(tunnelsAreLimitedToo) {
  Origin origin;
  Proxy proxy(with(profileOf(400'000, 0)));
  Client client(proxy.port);
  QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(origin.rawPort())));
  const std::string text(300'000, 't');
  const auto took = timeOf([&] {
    QVERIFY(client.write("echo\n" + text));
    QVERIFY(client.input().exactly(text.size()) == text);
  });
  QVERIFY(took > milliseconds(650));
}

SLUICE_TEST(aRequestCostsARoundTripAndANewConnectionAnother) {
  Origin origin;
  Proxy proxy(with(profileOf(0, 0, milliseconds(60), milliseconds(40))));
  Client client(proxy.port);
  const auto first = timeOf([&] { QVERIFY(client.get(origin.url("/bytes/10")).has_value()); });
  QVERIFY(first >= milliseconds(200));
  const auto second = timeOf([&] { QVERIFY(client.get(origin.url("/bytes/10")).has_value()); });
  QVERIFY(second >= milliseconds(100));
}

SLUICE_TEST(connectIsAnsweredARoundTripLater) {
  Origin origin;
  Proxy proxy(with(profileOf(0, 0, milliseconds(60), milliseconds(40))));
  Client client(proxy.port);
  const auto took = timeOf([&] { QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(origin.rawPort()))); });
  QVERIFY(took >= milliseconds(100));
}

SLUICE_TEST(latencyDoesNotBoundTheBytesUnderWay) {
  Origin origin;
  Proxy proxy(with(profileOf(0, 0, milliseconds(300), milliseconds(0))));
  Client client(proxy.port);
  const auto reply = client.get(origin.url("/bytes/3000000?seed=4"));
  QVERIFY(reply && reply->body == Pattern(4).text(0, 3'000'000));
}

SLUICE_TEST(aChangeActsOnARunningTransfer) {
  Origin origin;
  Proxy proxy(with(profileOf(1'000, 0)));
  Client client(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/bytes/5000000?seed=4") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  proxy.worker().useProfile({});  // at 1 KB/s it would take over an hour
  QVERIFY(client.input().exactly(5'000'000) == Pattern(4).text(0, 5'000'000));
}

SLUICE_TEST(aLimitCanBePutOnARunningTransfer) {
  Origin origin;
  Proxy proxy;
  Client client(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/bytes/50000000?seed=4") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  QVERIFY(client.input().exactly(1'000'000) == Pattern(4).text(0, 1'000'000));
  proxy.worker().useProfile(profileOf(5'000'000, 0));
  const auto took = timeOf([&] { QVERIFY(client.input().exactly(49'000'000) == Pattern(4).text(1'000'000, 49'000'000)); });
  QVERIFY(took > std::chrono::seconds(5));  // of nearly ten; what the sockets held went at once
}

SLUICE_TEST(offlineIsToldAndEndsWhatRuns) {
  Origin origin;
  Proxy proxy(with(profileOf(100'000, 0)));
  Client running(proxy.port);
  QVERIFY(running.write("GET " + origin.url("/bytes/50000000") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(running.input()).has_value());
  throttle::Profile offline;
  offline.name = "Tunnel";
  offline.offline = true;
  proxy.worker().useProfile(offline);
  QVERIFY(running.input().rest().size() < 50'000'000);
  Client client(proxy.port);
  const auto reply = client.get(origin.url("/bytes/10"));
  QVERIFY(reply && reply->status() == 503);
  QVERIFY2(reply->body.find("'Tunnel' is offline") != std::string::npos, reply->body.c_str());
  proxy.worker().useProfile({});
  QCOMPARE(client.get(origin.url("/bytes/10"))->status(), 200);
}

SLUICE_TEST(connectionsAreClosedAtRandom) {
  Origin origin;
  throttle::Profile profile;
  profile.name = "Shaky";
  profile.closesPerMinute = 60;
  Proxy proxy(with(profile));
  Client client(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/events?count=2&gate=never") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  (void)client.input().rest();  // would wait for ever
  QVERIFY(proxy.kept.waitFor<capture::ExchangeEnded>(1));
  const auto end = proxy.kept.all<capture::ExchangeEnded>()[0];
  QVERIFY2(end.error.detail.find("'Shaky'") != std::string::npos, end.error.detail.c_str());
}
