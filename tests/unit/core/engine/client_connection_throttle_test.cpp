// A worker under network profiles. Time is only ever too long here, never too short: a busy machine adds to it.
#include <array>
#include <asio/write.hpp>
#include <chrono>
#include <future>
#include <thread>

#include "tests/support/engine/proxy.h"
#include "tests/support/origin/origin.h"
#include "tests/support/test.h"
#include "tests/support/tls/tls_client.h"
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
  QVERIFY(reply.has_value());
  QVERIFY2(reply->status() == 429, (std::to_string(reply->status()) + ": " + reply->body).c_str());
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
  proxy.worker().usePlan({0, {}, {}});  // at 1 KB/s it would take over an hour
  QVERIFY(client.input().exactly(5'000'000) == Pattern(4).text(0, 5'000'000));
}

SLUICE_TEST(aLimitCanBePutOnARunningTransfer) {
  Origin origin;
  Proxy proxy;
  Client client(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/bytes/50000000?seed=4") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  QVERIFY(client.input().exactly(1'000'000) == Pattern(4).text(0, 1'000'000));
  proxy.worker().usePlan({0, profileOf(5'000'000, 0), {}});
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
  proxy.worker().usePlan({0, offline, {}});
  QVERIFY(running.input().rest().size() < 50'000'000);
  Client client(proxy.port);
  const auto reply = client.get(origin.url("/bytes/10"));
  QVERIFY(reply && reply->status() == 503);
  QVERIFY2(reply->body.find("'Tunnel' is offline") != std::string::npos, reply->body.c_str());
  proxy.worker().usePlan({0, {}, {}});
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

// --- What counts are bytes on the wire, whatever they are.

namespace {

// So many bytes cannot have come sooner, but for what a limiter lets through at once: a burst and two portions.
bool tookItsTime(Clock::duration took, std::uint64_t wireBytes, std::uint64_t rate) {
  return std::chrono::duration<double>(took).count() >= static_cast<double>(wireBytes) / static_cast<double>(rate) - 0.1;
}

// Sends this as soon as it is asked for anything, and holds the connection.
class Answering {
 public:
  explicit Answering(std::string answer)
      : port(acceptor_.local_endpoint().port()), answer_(std::move(answer)), thread_([this] { serve(); }) {}
  ~Answering() {
    std::error_code ignored;
    thread_.join();
    socket_.close(ignored);
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port) + "/"; }

 private:
  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
  asio::ip::tcp::socket socket_{loop_};

 public:
  const std::uint16_t port;

 private:
  void serve() {
    std::error_code code;
    std::array<char, 4096> request;
    acceptor_.accept(socket_, code);
    socket_.read_some(asio::buffer(request), code);
    asio::write(socket_, asio::buffer(answer_), code);
  }
  const std::string answer_;
  std::thread thread_;
};

}  // namespace

SLUICE_TEST(headsCount) {
  constexpr std::uint64_t kRate = 150'000;
  const std::string answer = "HTTP/1.1 200 OK\r\nX-Large: " + std::string(75'000, 'h') + "\r\nContent-Length: 0\r\n\r\n";
  Answering server(answer);
  Proxy proxy(with(profileOf(kRate, 0)));
  Client client(proxy.port);
  const auto took = timeOf([&] { QVERIFY(client.get(server.url()).has_value()); });
  QVERIFY(tookItsTime(took, answer.size(), kRate));
}

SLUICE_TEST(headsOfRequestsCount) {
  constexpr std::uint64_t kRate = 150'000;
  Origin origin;
  Proxy proxy(with(profileOf(0, kRate)));
  Client client(proxy.port);
  const auto took = timeOf([&] {
    const std::string large(60'000, 'h');
    QVERIFY(client.ask("GET " + origin.url("/bytes/1") + " HTTP/1.1\r\nHost: x\r\nX-Large: " + large + "\r\n\r\n").has_value());
  });
  QVERIFY(tookItsTime(took, 60'000, kRate));
}

SLUICE_TEST(framesOfWebSocketsCountTheirHeadsToo) {
  constexpr std::uint64_t kRate = 150'000;
  const std::string upgrade = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";
  std::string frames;
  for (int i = 0; i < 40'000; ++i) frames += std::string{char(0x89), '\0'};  // pings without a payload
  Answering server(upgrade + frames);
  Proxy proxy(with(profileOf(kRate, 0)));
  Client client(proxy.port);
  const auto took = timeOf([&] {
    QVERIFY(client.write("GET " + server.url() + " HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"));
    QVERIFY(readHead(client.input()).has_value());
    QVERIFY(client.input().exactly(frames.size()) == frames);
  });
  QVERIFY(tookItsTime(took, frames.size(), kRate));
}

SLUICE_TEST(theHandshakesAndRecordsOfTlsCount) {
  constexpr std::uint64_t kRate = 2'500;
  Origin origin;
  auto ca = std::move(*tls::Authority::make(std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now())));
  Proxy proxy(with(profileOf(kRate, 0)), asio::ip::address_v4::loopback(),
              engine::TlsMeans::create({{.intercept = true}, ca.certificatePem(), ca.keyPem().value(), origin.trustedRoots(), {}}).value());
  Client client(proxy.port);
  const auto took = timeOf([&] {
    QVERIFY(client.tunnel("127.0.0.1:" + std::to_string(origin.tlsPort(ServerCertificate::Right))));
    TlsClient secure(client, ca.certificatePem(), "127.0.0.1");
    QVERIFY(secure.shakeHands());
    const auto reply = secure.ask("GET /bytes/1000 HTTP/1.1\r\nHost: x\r\n\r\n");
    QVERIFY(reply && reply->body.size() == 1000);
  });
  proxy.stop();
  const auto wireBytes = proxy.counters().bytesDown.load();
  QVERIFY2(wireBytes > 2'200, std::to_string(wireBytes).c_str());  // the answer alone has some 1200
  QVERIFY2(tookItsTime(took, wireBytes, kRate), std::to_string(wireBytes).c_str());
}

// --- Whom a profile slows down.

SLUICE_TEST(aHostHasAProfileOfItsOwn) {
  Origin origin;
  Proxy proxy;
  throttle::Plan plan;
  QVERIFY(plan.put(throttle::Rule::Scope::Host, "localhost", profileOf(200'000, 0)).has_value());
  proxy.worker().usePlan(plan);
  Client client(proxy.port);
  const std::string port = std::to_string(origin.port());
  std::optional<Reply> reply;
  const auto slow = timeOf([&] { reply = client.get("http://localhost:" + port + "/bytes/100000"); });
  QVERIFY(reply && reply->body.size() == 100'000);
  QVERIFY(tookItsTime(slow, 100'000, 200'000));
  // The same connection, to another name of the same server: at 200 KB/s it would take four minutes.
  reply = client.get("http://127.0.0.1:" + port + "/bytes/50000000");
  QVERIFY(reply && reply->body.size() == 50'000'000);
  proxy.stop();
  const auto ends = proxy.kept.all<capture::ExchangeEnded>();
  QVERIFY(ends[0].profile.find("\"test\"") != std::string::npos && ends[1].profile.empty());
}

SLUICE_TEST(aListenerHasAProfileOfItsOwn) {
  Origin origin;
  Proxy proxy;
  throttle::Plan plan;
  plan.everything.offline = true;
  QVERIFY(plan.put(throttle::Rule::Scope::Listener, "127.0.0.1:" + std::to_string(proxy.port), profileOf(200'000, 0)).has_value());
  proxy.worker().usePlan(plan);
  Client client(proxy.port);
  std::optional<Reply> reply;
  const auto took = timeOf([&] { reply = client.get(origin.url("/bytes/100000")); });
  QVERIFY(reply && reply->body.size() == 100'000);
  QVERIFY(tookItsTime(took, 100'000, 200'000));
}

SLUICE_TEST(oneConnectionIsLimitedWhileItRuns) {
  Origin origin;
  Proxy proxy(with(profileOf(1'000, 0)));
  Client client(proxy.port), other(proxy.port);
  QVERIFY(client.write("GET " + origin.url("/bytes/5000000?seed=4") + " HTTP/1.1\r\nHost: x\r\n\r\n"));
  QVERIFY(readHead(client.input()).has_value());
  const auto limit = [&](std::uint64_t id, std::optional<throttle::Profile> profile) {
    std::promise<bool> found;
    proxy.worker().limit(ConnectionId{id}, std::move(profile), [&](bool open) { found.set_value(open); });
    return found.get_future().get();
  };
  QVERIFY(limit(1, throttle::Profile()));  // nothing holds this one back; the others stay at 1 KB/s
  QVERIFY(client.input().exactly(5'000'000) == Pattern(4).text(0, 5'000'000));
  QVERIFY(!limit(77, throttle::Profile()));
  std::promise<std::vector<engine::ConnectionSnapshot>> snapshot;
  proxy.worker().snapshot([&](std::vector<engine::ConnectionSnapshot> all) { snapshot.set_value(std::move(all)); });
  for (const auto& each : snapshot.get_future().get()) QCOMPARE(each.limit.empty(), each.connection != ConnectionId{1});
  QVERIFY(limit(1, std::nullopt));
  std::optional<Reply> reply;
  const auto took = timeOf([&] { reply = client.get(origin.url("/bytes/300")); });
  QVERIFY(reply && reply->body.size() == 300);
  QVERIFY(tookItsTime(took, 300, 1'000));
}

// --- Full blocks only.

SLUICE_TEST(whatTalksIsNotHeldBackUntilABlockIsFull) {
  Origin origin;
  throttle::Profile buffered;
  buffered.delivery = throttle::Delivery::Buffered;
  for (const bool fromTheStart : {true, false}) {
    Proxy proxy(with(fromTheStart ? buffered : throttle::Profile()));
    Client inTunnel(proxy.port), afterSwitch(proxy.port);
    QVERIFY(inTunnel.tunnel("127.0.0.1:" + std::to_string(origin.rawPort())));
    QVERIFY(inTunnel.write("echo\nfirst "));
    QVERIFY(inTunnel.input().exactly(6) == "first ");
    QVERIFY(afterSwitch.write("GET " + origin.url("/switch?to=other&say=hello") +
                              " HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: other\r\n\r\n"));
    QVERIFY(readHead(afterSwitch.input()).has_value());
    QVERIFY(afterSwitch.input().exactly(5) == "hello");
    throttle::Plan plan;
    plan.everything = buffered;
    proxy.worker().usePlan(plan);
    passTurns(proxy.worker().loop());
    QVERIFY(inTunnel.write("second"));
    QVERIFY(inTunnel.input().exactly(6) == "second");
    QVERIFY(afterSwitch.write("more"));
    QVERIFY(afterSwitch.input().exactly(4) == "more");
  }
}
