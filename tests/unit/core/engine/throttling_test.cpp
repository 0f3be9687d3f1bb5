#include "core/engine/throttling.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

SLUICE_TEST(aProfileDecidesHowBodiesAreHeldAndDelivered) {
  throttle::Profile profile;
  pipe::Settings base;
  base.maxBlocks = 7;
  base.overflow = pipe::Overflow::Spill;
  base.delivery = pipe::Delivery::Buffered;
  auto settings = withProfile(base, profile, capture::Direction::Response);
  QVERIFY(settings.overflow == pipe::Overflow::Backpressure);
  QVERIFY(settings.delivery == pipe::Delivery::Streaming);
  QCOMPARE(settings.maxBlocks, std::size_t{7});
  profile.mode = throttle::Mode::Buffered;
  profile.delivery = throttle::Delivery::Buffered;
  settings = withProfile(pipe::Settings(), profile, capture::Direction::Response);
  QVERIFY(settings.overflow == pipe::Overflow::Spill);
  QVERIFY(settings.delivery == pipe::Delivery::Buffered);
}

SLUICE_TEST(aLinkWithLatencyHoldsWhatIsUnderWay) {
  throttle::Profile profile;
  profile.down = {{10'000'000}, std::chrono::milliseconds(200), {}, 0};
  const pipe::Settings plain;
  const auto down = withProfile(plain, profile, capture::Direction::Response);
  QVERIFY(down.busyLimit >= plain.busyLimit + 2'000'000 && down.busyLimit < plain.busyLimit + 4'000'000);
  QVERIFY(down.maxBlocks * limits::kBlockBytes > down.busyLimit);
  QCOMPARE(withProfile(plain, profile, capture::Direction::Request).busyLimit, plain.busyLimit);
  profile.down.rate = throttle::kUnlimited;
  QCOMPARE(withProfile(plain, profile, capture::Direction::Response).busyLimit, plain.busyLimit + limits::kDelayedBytesMax);
}

SLUICE_TEST(theBucketsFollowTheProfile) {
  throttle::Profile profile;
  profile.down.rate = {1'000'000};
  RateLanes lanes{};
  Throttling throttling({0, profile, {}}, MonoTime(), lanes, 0);
  const auto inForce = [&]() -> const AppliedProfile& { return *throttling.appliedTo("regular 127.0.0.1:1", {}, 0); };
  QCOMPARE(inForce().down.rate(), throttle::Rate{1'000'000});
  QVERIFY(inForce().up.rate().isUnlimited());
  profile.down.lossPercent = 1.5;
  profile.down.delay = std::chrono::milliseconds(100);
  throttling.use({1, profile, {}}, MonoTime());
  QCOMPARE(inForce().down.rate(), throttle::Rate{146'000});
  throttling.use({0, {}, {}}, MonoTime());  // came too late
  QCOMPARE(inForce().down.rate(), throttle::Rate{146'000});
}

SLUICE_TEST(theFirstRuleThatMatchesDecidesHostsBeforeListeners) {
  using Scope = throttle::Rule::Scope;
  const auto named = [](const char* name, std::uint64_t rate) {
    throttle::Profile profile;
    profile.name = name;
    profile.down.rate = {rate};
    return profile;
  };
  throttle::Plan plan{1, named("everything", 1'000), {}};
  QVERIFY(plan.put(Scope::Listener, "127.0.0.1:8080", named("listener", 2'000)).has_value());
  QVERIFY(plan.put(Scope::Host, "api.*", named("api", 3'000)).has_value());
  QVERIFY(plan.put(Scope::Host, "*:8443", named("port", 4'000)).has_value());
  RateLanes lanes{};
  Throttling throttling(plan, MonoTime(), lanes, 0);
  const auto name = [&](const char* listener, const char* host, std::uint16_t port) {
    return throttling.appliedTo(listener, host, port)->profile.name;
  };
  QCOMPARE(name("regular 127.0.0.1:9", "", 0), std::string("everything"));
  QCOMPARE(name("regular 127.0.0.1:9", "www.test", 80), std::string("everything"));
  QCOMPARE(name("regular 127.0.0.1:9", "API.test", 8443), std::string("api"));
  QCOMPARE(name("regular 127.0.0.1:9", "www.test", 8443), std::string("port"));
  QCOMPARE(name("regular 127.0.0.1:8080", "", 0), std::string("listener"));
  QCOMPARE(name("regular 127.0.0.1:8080", "api.test", 80), std::string("api"));
  QCOMPARE(name("regular 1.127.0.0.1:8080", "", 0), std::string("everything"));
  // What a change does not touch stays the same object: its connections notice nothing.
  const auto api = throttling.appliedTo("", "api.test", 80);
  QVERIFY(plan.put(Scope::Host, "*:8443", named("faster", 5'000)).has_value());
  throttling.use(plan, MonoTime());
  QVERIFY(throttling.appliedTo("", "api.test", 80) == api);
  QCOMPARE(name("", "www.test", 8443), std::string("faster"));
  QVERIFY(!(throttling.appliedTo("", "www.test", 8443)->down == api->down));
}
