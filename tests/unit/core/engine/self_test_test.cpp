// The self-test through a real worker. A busy machine makes everything slower and later, never faster or sooner.
#include "core/engine/self_test.h"

#include <thread>

#include "platform/net/address.h"
#include "tests/support/engine/proxy.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using std::chrono::milliseconds;

namespace {

constexpr engine::SelfTestTimes kShort{milliseconds(200), milliseconds(500), milliseconds(600)};

std::unique_ptr<engine::SelfTest> through(std::uint16_t port) {
  return std::move(*engine::SelfTest::create({asio::ip::address_v4::loopback(), port}, kShort));
}

}  // namespace

SLUICE_TEST(whatAProfileMakesOfALinkIsMeasured) {
  Proxy proxy;
  throttle::Profile profile;
  profile.down = {{400'000}, milliseconds(20), {}, 0};
  profile.up = {{200'000}, milliseconds(10), {}, 0};
  const auto test = through(proxy.port);
  throttle::Plan plan;
  plan.everything.down.rate = {1'000};  // others are not asked about
  QVERIFY(plan.put(throttle::Rule::Scope::Host, net::toText(test->target()), profile).has_value());
  proxy.worker().usePlan(plan);
  const auto reply = test->measure(profile);
  QVERIFY2(reply.has_value(), reply ? "" : reply.error().detail.c_str());
  QCOMPARE(reply->downAsked, std::uint64_t(400'000));
  QCOMPARE(reply->upAsked, std::uint64_t(200'000));
  // A burst after a pause of a busy machine aside.
  QVERIFY2(reply->downAchieved > 20'000 && reply->downAchieved < 520'000, std::to_string(reply->downAchieved).c_str());
  QVERIFY2(reply->upAchieved > 10'000 && reply->upAchieved < 260'000, std::to_string(reply->upAchieved).c_str());
  QCOMPARE(reply->roundTripAsked.count(), Micros::rep(30'000));
  QVERIFY2(reply->roundTrip >= milliseconds(30), std::to_string(reply->roundTrip.count()).c_str());
  QVERIFY(reply->jitterAsked.count() == 0 && reply->jitter.count() >= 0);
}

SLUICE_TEST(aSelfTestThatIsStoppedEndsSoon) {
  Proxy proxy;
  throttle::Profile never;
  never.down = {{1'000}, std::chrono::seconds(50), {}, 0};
  proxy.worker().usePlan({0, never, {}});
  const auto test = through(proxy.port);
  std::thread stopper([&] { test->stop(); });
  const auto reply = test->measure(never);
  stopper.join();
  QVERIFY(!reply && reply.error().code == Code::Aborted);
}

SLUICE_TEST(aProxyThatIsNoneIsSaid) {
  std::uint16_t unused = 0;
  {
    asio::io_context loop;
    unused = asio::ip::tcp::acceptor(loop, {asio::ip::address_v4::loopback(), 0}).local_endpoint().port();
  }
  const auto reply = through(unused)->measure({});
  QVERIFY(!reply && reply.error().code == Code::ConnectionRefused);
  Proxy proxy;
  throttle::Profile offline;
  offline.offline = true;
  proxy.worker().usePlan({0, offline, {}});
  const auto refused = through(proxy.port)->measure({});
  QVERIFY(!refused);
}
