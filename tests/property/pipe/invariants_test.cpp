// The nine invariants of the spec, each in one plain example; pipe_schedules_test.cpp holds them in random schedules.
#include <set>

#include "core/pipe/chunked_filter.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/rig.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;
using namespace sluice::test;

using Readiness = OutputFilter::Readiness;

SLUICE_TEST(invariant1BytesOutAreBytesInWhateverTheWay) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.settings.maxSpillSize = 100;
  rig.settings.cyclicSpill = true;
  const std::string body = numbered(5000);
  rig.source.gives(body).ends();
  rig.start();
  for (int i = 0; i < 100'000 && rig.pipe.phase() == Phase::Running; ++i) {
    if (i % 3 == 0 && rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
    if (i % 7 == 0) rig.output.state = Readiness::Ready;
    rig.output.takes = std::uint64_t(i % 29);
    QCOMPARE(rig.write(), Outcome::Ok);
  }
  QCOMPARE(rig.output.sent, body);
  QVERIFY(rig.spill.writes > 10);
}

SLUICE_TEST(invariant2NeverMoreBlocksOrFileThanAllowed) {
  PipeRig rig(16, 3);
  rig.settings.overflow = Overflow::Spill;
  rig.settings.maxSpillSize = 70;
  rig.blockOutput();
  rig.source.gives(numbered(5000));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  while (rig.spill.inFlight) {
    QCOMPARE(rig.spilled(), Outcome::Ok);
    QVERIFY(rig.pool.taken() <= 3);
  }
  QVERIFY(rig.pipe.spillPeak() <= 70);
  QVERIFY(rig.spill.storage.content.size() <= 70);
}

SLUICE_TEST(invariant3BusyStaysUnderLimit) {
  for (const std::size_t limit : {1u, 16u, 17u, 40u, 64u}) {
    PipeRig rig(16, 8);
    rig.settings.busyLimit = limit;
    rig.output.takes = 0;
    rig.output.blocksWhenHolding = false;
    rig.source.gives(numbered(500));
    rig.start();
    for (int i = 0; i < 5; ++i) (void)rig.write();
    std::set<const buffer::Block*> blocks;
    for (std::size_t i = 0; i < rig.output.held.size(); ++i) blocks.insert(rig.output.held[i].block);
    QVERIFY(blocks.size() * 16 <= limit + 16);
    QVERIFY(!blocks.empty());
  }
}

SLUICE_TEST(invariant4CacheableRecordIsCompleteAlsoWhenDownstreamFails) {
  const std::string body = numbered(300);
  for (int failAt = 0; failAt < 40; ++failAt) {
    PipeRig rig;
    rig.settings.cacheable = true;
    rig.source.gives(body).ends();
    rig.start();
    for (int step = 0; step < 100 && rig.pipe.phase() == Phase::Running; ++step) {
      if (step == failAt) rig.pipe.failDownstream({Code::ConnectionReset, Side::Client, 0, {}});
      if (step % 2 == 1 && rig.spill.inFlight) rig.spill.complete(rig.pipe);
      QCOMPARE(rig.write(), Outcome::Ok);
    }
    QVERIFY(rig.pipe.phase() != Phase::Running);
    QCOMPARE(rig.spill.storage.content, body);
  }
}

SLUICE_TEST(invariant5SingleBufLendsAtMostOneBlockAndLeavesItAlone) {
  PipeRig rig;  // ScriptedSource asserts that the lent piece comes back unchanged
  rig.settings.singleBuf = true;
  rig.settings.overflow = Overflow::Spill;
  const std::string body = numbered(700);
  for (std::size_t i = 0; i < body.size(); i += 7) rig.source.gives(body.substr(i, 7)).blocks();
  rig.source.ends();
  rig.source.onLend = [&](MutableBytes lent) {
    for (std::size_t i = 0; i < rig.output.held.size(); ++i) {
      const auto& slice = rig.output.held[i];
      if (!slice.inFile()) QVERIFY(slice.data + slice.size <= lent.data() || slice.data >= lent.data() + lent.size());
    }
  };
  rig.start();
  for (int i = 0; i < 10'000 && rig.pipe.phase() == Phase::Running; ++i) {
    if (i % 2 == 0) rig.output.state = Readiness::Ready;
    rig.output.takes = std::uint64_t(i % 13);
    if (i % 5 == 0 && rig.spill.inFlight) rig.spill.complete(rig.pipe);
    QCOMPARE(rig.write(), Outcome::Ok);
  }
  QCOMPARE(rig.output.sent, body);
}

SLUICE_TEST(invariant6NoSpinningWhenNothingCanMove) {
  for (const std::size_t busyLimit : {16u, 64u, 1000u}) {
    PipeRig rig;
    rig.settings.busyLimit = busyLimit;
    rig.output.takes = 0;
    rig.output.blocksWhenHolding = false;
    rig.source.gives(numbered(500));
    rig.start();
    (void)rig.read();
    const int pushes = rig.output.pushes;
    const int receives = rig.source.receives;
    (void)rig.write();
    QVERIFY(rig.output.pushes - pushes <= 12);
    QVERIFY(rig.source.receives - receives <= 1);
  }
}

// All blocks are being spilled, and downstream has become ready meanwhile: neither side can move, and neither may spin.
SLUICE_TEST(invariant6NoSpinningWhileEveryBlockIsBeingSpilled) {
  PipeRig rig(16, 2);
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(500));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.pushes, 0);
}

SLUICE_TEST(invariant7EveryEndingReturnsEveryBlock) {
  const std::string body = numbered(400);
  for (int ending = 0; ending < 5; ++ending) {
    for (int after = 0; after < 20; ++after) {
      PipeRig rig;
      rig.settings.overflow = Overflow::Spill;
      rig.source.gives(body);
      rig.output.takes = 10;
      rig.start();
      for (int i = 0; i < after; ++i) {
        if (i % 3 == 2 && rig.spill.inFlight) rig.spill.complete(rig.pipe);
        if (i % 4 == 3) rig.output.state = Readiness::Ready;
        QCOMPARE(rig.write(), Outcome::Ok);
      }
      const Error error{Code::Aborted, Side::Local, 0, {}};
      if (ending == 0) rig.pipe.failUpstream(error);
      if (ending == 1) rig.pipe.failDownstream(error);
      if (ending == 2) rig.pipe.close();
      if (ending == 3 && rig.spill.inFlight) rig.spill.fail(rig.pipe, error);
      if (ending == 4) rig.source.ends();
      for (int i = 0; i < 200 && !rig.pipe.idle() && ending != 3; ++i) {
        if (rig.spill.inFlight) rig.spill.complete(rig.pipe);
        QVERIFY(rig.openOutput() != Outcome::Abort);
      }
      if (ending == 3) (void)rig.write();
      if (ending == 3 && rig.pipe.phase() == Phase::Running) rig.pipe.close();
      QVERIFY(rig.pipe.idle());
      QCOMPARE(rig.pool.taken(), std::size_t{0});
      QVERIFY(rig.output.held.empty());
    }
  }
}

SLUICE_TEST(invariant8BothDeliveriesGiveTheSameBytesAndStreamingHoldsNothingBack) {
  std::string sent[2];
  for (const auto delivery : {Delivery::Buffered, Delivery::Streaming}) {
    PipeRig rig;
    rig.settings.delivery = delivery;
    std::string given;
    rig.start();
    for (int i = 0; i < 100; ++i) {
      const std::string event = "data: " + std::to_string(i) + "\n\n";
      given += event;
      rig.source.gives(event);
      QCOMPARE(rig.read(), Outcome::Ok);
      if (delivery == Delivery::Streaming) QCOMPARE(rig.output.sent, given);
    }
    rig.source.ends();
    QCOMPARE(rig.read(), Outcome::Ok);
    sent[delivery == Delivery::Streaming] = rig.output.sent;
  }
  QCOMPARE(sent[0], sent[1]);
}

SLUICE_TEST(invariant9LimiterIsExactOverASecond) {
  constexpr std::int64_t kRate = 100'000;
  constexpr std::int64_t kBurst = 2'000;
  PipeRig rig(64, 8);
  TokenBucket bucket(kRate, kBurst);
  rig.ends.readLimiter = &bucket;
  const std::string body(1'000'000, 'x');
  rig.source.gives(body);
  rig.start();
  std::vector<std::pair<std::int64_t, std::uint64_t>> passed;  // time, bytes so far
  std::int64_t time = 0;
  while (time < 5'000'000) {
    rig.now = at(time);
    QCOMPARE(rig.write(), Outcome::Ok);
    passed.emplace_back(time, rig.pipe.bytesReceived());
    const Wants wants = rig.pipe.wants(rig.now);
    QVERIFY(!wants.read && wants.wakeAt);
    const std::int64_t next = wants.wakeAt->time_since_epoch().count();
    QVERIFY(next > time);
    time = next;
  }
  for (std::size_t i = 0; i < passed.size(); i += 50) {
    for (std::size_t j = i; j < passed.size(); ++j) {
      const std::int64_t window = passed[j].first - passed[i].first;
      if (window < 1'000'000) continue;
      const double bytes = double(passed[j].second - passed[i].second);
      const double expected = double(kRate) * double(window) / 1e6;
      QVERIFY(bytes <= expected * 1.01 + double(kBurst));
      QVERIFY(bytes >= expected * 0.99 - double(kBurst));
    }
  }
}

SLUICE_TEST(invariant9HoldsForABucketThatManyPipesShare) {
  constexpr std::int64_t kRate = 200'000;
  constexpr std::int64_t kBurst = 1'000;
  TokenBucket bucket(kRate, kBurst);
  std::vector<std::unique_ptr<PipeRig>> rigs;
  for (int i = 0; i < 5; ++i) {
    rigs.push_back(std::make_unique<PipeRig>(64, 4));
    rigs.back()->ends.readLimiter = &bucket;
    rigs.back()->source.gives(std::string(1'000'000, 'x'));
    rigs.back()->start();
  }
  std::int64_t time = 0;
  std::uint64_t atOneSecond = 0;
  const auto total = [&] {
    std::uint64_t sum = 0;
    for (const auto& rig : rigs) sum += rig->pipe.bytesReceived();
    return sum;
  };
  for (std::size_t turn = 0; time < 4'000'000; ++turn) {
    std::int64_t next = time + 1'000'000;
    for (std::size_t i = 0; i < rigs.size(); ++i) {
      PipeRig& rig = *rigs[(turn + i) % rigs.size()];
      rig.now = at(time);
      QCOMPARE(rig.write(), Outcome::Ok);
      if (const auto wake = rig.pipe.wants(rig.now).wakeAt) next = std::min(next, wake->time_since_epoch().count());
    }
    if (time < 1'000'000) atOneSecond = total();
    time = next;
  }
  const double bytes = double(total() - atOneSecond);
  QVERIFY(bytes >= double(kRate) * 3 * 0.99 - double(kBurst));
  QVERIFY(bytes <= double(kRate) * 3 * 1.01 + double(kBurst));
}
