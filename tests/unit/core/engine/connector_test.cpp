#include "core/engine/connector.h"

#include <array>
#include <asio/buffer.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>
#include <optional>
#include <string>

#include "tests/support/test.h"

using namespace sluice;
using asio::ip::tcp;
using engine::Connected;
using engine::Connecting;

namespace {
struct Rig {
  asio::io_context loop;
  engine::Resolver resolver{loop};
  engine::OwnAddresses own;
  std::optional<Result<Connected>> result;
  std::optional<engine::UpstreamProxy> proxy;

  std::unique_ptr<Connecting> connect(const std::string& host, std::uint16_t port, Micros timeout = std::chrono::seconds(20)) {
    const Connecting::Means means{loop, resolver, own, timeout};
    return std::make_unique<Connecting>(means, host, port, proxy ? &*proxy : nullptr, [this](Result<Connected> r) {
      result.emplace(std::move(r));
      loop.stop();
    });
  }
};
}  // namespace

SLUICE_TEST(connectsAndTellsWhen) {
  Rig rig;
  tcp::acceptor listener(rig.loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const auto attempt = rig.connect("127.0.0.1", listener.local_endpoint().port());
  QVERIFY(!rig.result);
  rig.loop.run();
  QVERIFY(rig.result && *rig.result);
  QVERIFY((**rig.result).connectedAt >= (**rig.result).resolvedAt);
}

SLUICE_TEST(localhostWorksWhenOnlyOneFamilyListens) {
  Rig rig;
  std::error_code code;
  tcp::acceptor listener(rig.loop);
  listener.open(tcp::v6(), code);
  if (!code) listener.bind(tcp::endpoint(asio::ip::address_v6::loopback(), 0), code);
  if (code) QSKIP("this machine has no IPv6 loopback");
  listener.listen();
  const auto attempt = rig.connect("localhost", listener.local_endpoint().port());
  rig.loop.run();
  QVERIFY(rig.result && *rig.result);
}

SLUICE_TEST(aRefusalNamesHostAndPort) {
  Rig rig;
  std::uint16_t port = 0;
  {
    tcp::acceptor gone(rig.loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    port = gone.local_endpoint().port();
  }
  const auto attempt = rig.connect("127.0.0.1", port);
  rig.loop.run();
  QVERIFY(rig.result && !*rig.result);
  QVERIFY(rig.result->error().code == Code::ConnectionRefused);
  QVERIFY(rig.result->error().side == Side::Upstream);
  QCOMPARE(rig.result->error().detail, "127.0.0.1:" + std::to_string(port));
}

SLUICE_TEST(aDestroyedAttemptTellsNothing) {
  Rig rig;
  tcp::acceptor listener(rig.loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  rig.connect("127.0.0.1", listener.local_endpoint().port()).reset();
  rig.loop.run();
  QVERIFY(!rig.result);
}

SLUICE_TEST(anAttemptEndsAtItsTimeout) {
  Rig rig;
  // A full backlog answers no SYN on Linux; elsewhere it may refuse, and either way the attempt ends.
  tcp::acceptor listener(rig.loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  listener.listen(0);
  std::vector<tcp::socket> waiting;
  waiting.reserve(4);
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back(rig.loop).async_connect(listener.local_endpoint(), [](const std::error_code&) {});
  }
  const auto attempt = rig.connect("127.0.0.1", listener.local_endpoint().port(), std::chrono::milliseconds(50));
  rig.loop.run();
  QVERIFY(rig.result);
  if (!*rig.result) QVERIFY(rig.result->error().code == Code::ConnectTimeout || rig.result->error().code == Code::ConnectionRefused);
}

SLUICE_TEST(neverConnectsToThisProxy) {
  Rig rig;
  tcp::acceptor listener(rig.loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  rig.own.add(listener.local_endpoint());
  const auto port = listener.local_endpoint().port();
  const auto attempt = rig.connect("127.0.0.1", port);
  rig.loop.run();
  QVERIFY(rig.result && !*rig.result);
  QVERIFY(rig.result->error().code == Code::ProxyLoop);
  QVERIFY(rig.result->error().side == Side::Local);
  QCOMPARE(rig.result->error().detail, "127.0.0.1:" + std::to_string(port) + " is this proxy itself");
  listener.non_blocking(true);
  std::error_code code;
  tcp::socket knock(rig.loop);
  listener.accept(knock, code);
  QVERIFY(code == asio::error::would_block);
}

// Of the two addresses of localhost one is ours; the other may be somebody's server.
SLUICE_TEST(aNameThatIsThisProxyOnlyInPartIsStillReached) {
  Rig rig;
  std::error_code code;
  tcp::acceptor other(rig.loop);
  other.open(tcp::v6(), code);
  if (!code) other.bind(tcp::endpoint(asio::ip::address_v6::loopback(), 0), code);
  if (code) QSKIP("this machine has no IPv6 loopback");
  other.listen();
  const auto port = other.local_endpoint().port();
  rig.own.add(tcp::endpoint(asio::ip::address_v4::loopback(), port));
  const auto attempt = rig.connect("localhost", port);
  rig.loop.run();
  QVERIFY(rig.result && *rig.result);
  other.close();
  rig.loop.restart();
  const auto second = rig.connect("localhost", port);
  rig.loop.run();
  QVERIFY(rig.result && !*rig.result);
  QVERIFY(rig.result->error().code == Code::ProxyLoop);
}

namespace {
// A proxy that answers the first thing it hears with `answer`, and keeps what it heard.
struct ScriptedProxy {
  tcp::acceptor listener;
  tcp::socket socket;
  std::string answer, heard;
  std::array<char, 1000> bytes{};

  ScriptedProxy(asio::io_context& loop, std::string a)
      : listener(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)), socket(loop), answer(std::move(a)) {
    listener.async_accept(socket, [this](const std::error_code&) {
      socket.async_read_some(asio::buffer(bytes), [this](const std::error_code&, std::size_t count) {
        heard.assign(bytes.data(), count);
        asio::write(socket, asio::buffer(answer));
      });
    });
  }
  engine::UpstreamProxy facts() const {
    return {engine::UpstreamProxy::Kind::Http, "127.0.0.1", listener.local_endpoint().port(), {}};
  }
};
}  // namespace

SLUICE_TEST(whatTheServerSaysBehindTheProxysAnswerStaysInTheSocket) {
  Rig rig;
  ScriptedProxy proxy(rig.loop, "HTTP/1.1 200 Fine\r\nX: y\r\n\r\nSSH-2.0");
  rig.proxy = proxy.facts();
  const auto attempt = rig.connect("a.test", 22);
  rig.loop.run();
  QVERIFY(rig.result && *rig.result);
  QCOMPARE(proxy.heard, std::string("CONNECT a.test:22 HTTP/1.1\r\nHost: a.test:22\r\n\r\n"));
  std::array<char, 100> bytes{};
  const auto count = (**rig.result).socket.read_some(asio::buffer(bytes));
  QCOMPARE(std::string(bytes.data(), count), std::string("SSH-2.0"));
}

SLUICE_TEST(aProxyThatRefusesOrSaysNothingEndsTheAttempt) {
  Rig rig;
  ScriptedProxy refusing(rig.loop, "HTTP/1.1 403 No\r\n\r\n");
  rig.proxy = refusing.facts();
  const auto refused = rig.connect("a.test", 22);
  rig.loop.run();
  QVERIFY(rig.result && !*rig.result && rig.result->error().code == Code::UpstreamProxyRefused);
  rig.loop.restart();
  rig.result.reset();
  ScriptedProxy silent(rig.loop, "");
  rig.proxy = silent.facts();
  const auto waiting = rig.connect("a.test", 22, std::chrono::milliseconds(50));
  rig.loop.run();
  QVERIFY(rig.result && !*rig.result && rig.result->error().code == Code::ConnectTimeout);
}
