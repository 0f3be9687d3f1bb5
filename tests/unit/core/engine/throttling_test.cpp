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
  RateBuckets buckets{};
  Throttling throttling(profile, MonoTime(), buckets, 0);
  QCOMPARE(throttling.down().rate(), throttle::Rate{1'000'000});
  QVERIFY(throttling.up().rate().isUnlimited());
  profile.down.lossPercent = 1.5;
  profile.down.delay = std::chrono::milliseconds(100);
  throttling.use(profile, MonoTime());
  QCOMPARE(throttling.down().rate(), throttle::Rate{146'000});
}
