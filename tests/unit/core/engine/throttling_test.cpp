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
  auto settings = withProfile(base, profile);
  QVERIFY(settings.overflow == pipe::Overflow::Backpressure);
  QVERIFY(settings.delivery == pipe::Delivery::Streaming);
  QCOMPARE(settings.maxBlocks, std::size_t{7});
  profile.mode = throttle::Mode::Buffered;
  profile.delivery = throttle::Delivery::Buffered;
  settings = withProfile(pipe::Settings(), profile);
  QVERIFY(settings.overflow == pipe::Overflow::Spill);
  QVERIFY(settings.delivery == pipe::Delivery::Buffered);
}
