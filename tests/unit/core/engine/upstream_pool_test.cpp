#include "core/engine/upstream_pool.h"

#include <asio/write.hpp>

#include "core/base/limits.h"
#include "core/engine/clock.h"
#include "tests/support/test.h"

using namespace sluice;
using asio::ip::tcp;
using engine::Upstream;
using engine::UpstreamPool;

namespace {
struct Rig {
  asio::io_context loop;
  tcp::acceptor listener{loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::vector<tcp::socket> peers;
  UpstreamPool pool{loop, std::chrono::minutes(1)};

  std::unique_ptr<Upstream> connect(const std::string& key) {
    tcp::socket socket(loop);
    socket.connect(listener.local_endpoint());
    peers.push_back(listener.accept());
    auto upstream = std::make_unique<Upstream>(std::move(socket), nullptr);
    upstream->key = key;
    return upstream;
  }
  void put(const std::string& key) { pool.put(connect(key), engine::readClocks().mono); }
  // Until the pool holds so many; the loop has other things to wait for than time.
  void runUntil(std::size_t size) {
    while (pool.size() != size && loop.run_one_for(std::chrono::seconds(20)) > 0) {
    }
  }
};
}  // namespace

SLUICE_TEST(givesBackTheLastUsedConnectionOfAKey) {
  Rig rig;
  rig.put("a:80");
  rig.put("b:80");
  QVERIFY(rig.pool.take("c:80") == nullptr);
  const auto taken = rig.pool.take("a:80");
  QVERIFY(taken != nullptr && taken->kept);
  QCOMPARE(rig.pool.size(), std::size_t{1});
  QVERIFY(rig.pool.take("a:80") == nullptr);
}

SLUICE_TEST(dropsAConnectionThatEnds) {
  Rig rig;
  rig.put("a:80");
  rig.peers[0].close();
  rig.runUntil(0);
  QCOMPARE(rig.pool.size(), std::size_t{0});
}

SLUICE_TEST(neverHandsOutAConnectionThatHasEndedUnseen) {
  Rig rig;
  rig.put("a:80");
  rig.peers[0].close();
  // The end is on its way through the kernel; the loop has not run.
  while (rig.pool.size() == 1) {
    if (auto taken = rig.pool.take("a:80")) rig.pool.put(std::move(taken), engine::readClocks().mono);
  }
  QCOMPARE(rig.pool.size(), std::size_t{0});
}

SLUICE_TEST(handsOutWhatWasNotLookedAtAgainOnlyWhereThatWasAllowed) {
  Rig rig;
  rig.put("a:80");
  QVERIFY(rig.pool.take("a:80", UpstreamPool::Look::AsItWas) != nullptr);
  rig.put("a:80");
  asio::write(rig.peers[1], asio::buffer("x", 1));
  rig.peers[1].close();
  // On loopback what was sent is there when the call returns.
  QVERIFY(rig.pool.take("a:80", UpstreamPool::Look::Again) == nullptr);
  QCOMPARE(rig.pool.size(), std::size_t{0});
}

SLUICE_TEST(usesItsMemoryAgainForOtherHosts) {
  Rig rig;
  for (int i = 0; i < 5; ++i) {
    const auto key = "host" + std::to_string(i) + ":80";
    rig.put(key);
    QVERIFY(rig.pool.take(key) != nullptr);
    QVERIFY(rig.pool.take(key) == nullptr);
  }
  rig.put("host0:80");
  QCOMPARE(rig.pool.size(), std::size_t{1});
}

SLUICE_TEST(dropsAConnectionThatSpeaksUnasked) {
  Rig rig;
  rig.put("a:80");
  asio::write(rig.peers[0], asio::buffer("HTTP/1.1 408 ", 13));
  rig.runUntil(0);
  QVERIFY(rig.pool.take("a:80") == nullptr);
}

SLUICE_TEST(keepsNoMoreOfOneHostThanTheLimit) {
  Rig rig;
  for (std::size_t i = 0; i < limits::kIdleUpstreamsPerHostMax + 3; ++i) rig.put("a:80");
  QCOMPARE(rig.pool.size(), limits::kIdleUpstreamsPerHostMax);
}

SLUICE_TEST(closesWhatIsIdleForTooLong) {
  asio::io_context loop;
  tcp::acceptor listener(loop, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  UpstreamPool pool(loop, std::chrono::milliseconds(20));
  tcp::socket socket(loop);
  socket.connect(listener.local_endpoint());
  auto upstream = std::make_unique<Upstream>(std::move(socket), nullptr);
  upstream->key = "a:80";
  const auto peer = listener.accept();
  pool.put(std::move(upstream), engine::readClocks().mono);
  while (pool.size() == 1 && loop.run_one_for(std::chrono::seconds(20)) > 0) {
  }
  QCOMPARE(pool.size(), std::size_t{0});
}
