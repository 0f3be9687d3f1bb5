// What a driver sees of a pipe: phases, wants, reuse, endings.
#include "core/pipe/event_pipe.h"

#include "core/pipe/chunked_filter.h"
#include "tests/support/pipe_rig.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;
using namespace sluice::test;

SLUICE_TEST(movesABodyFromSourceToOutput) {
  PipeRig rig;
  const std::string body = numbered(1000);
  rig.source.gives(body).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, body);
  QCOMPARE(rig.tap.seen, body);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QCOMPARE(rig.pipe.upstream(), Upstream::Eof);
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{1000});
  QCOMPARE(rig.pipe.bytesSent(), std::uint64_t{1000});
  QVERIFY(rig.pipe.idle());
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}

SLUICE_TEST(waitsForTheSideThatHoldsItUp) {
  PipeRig rig;
  rig.settings.readTimeout = Micros{5};
  rig.settings.sendTimeout = Micros{7};
  rig.settings.sendLowWater = 3;
  rig.source.gives("hello");
  rig.output.takes = 2;
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  Wants wants = rig.pipe.wants(rig.now);
  QVERIFY(wants.read && wants.write && !wants.turn && !wants.wakeAt);
  QCOMPARE(wants.readTimeout, Micros{5});
  QCOMPARE(wants.sendTimeout, Micros{7});
  QCOMPARE(wants.sendLowWater, std::size_t{3});
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
  wants = rig.pipe.wants(rig.now);
  QVERIFY(wants.read && !wants.write);
}
