#include "core/throttle/flow.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::throttle;

namespace {

MonoTime ms(std::int64_t milliseconds) { return MonoTime(std::chrono::seconds(1000) + std::chrono::milliseconds(milliseconds)); }

struct Rig {
  explicit Rig(Rate rate = kUnlimited, const Profile& profile = {}) {
    bucket.setRate(rate, ms(0));
    flow.setProfile(profile.down, profile, ms(0));
  }
  // Sends whatever may be sent until `end`; when the last byte left.
  MonoTime sendUntil(MonoTime end, MonoTime from = ms(0)) {
    MonoTime last = from;
    for (MonoTime now = from; now <= end && flow.waiting() > 0; now = std::max(now, flow.nextAt(now))) {
      while (flow.waiting() > 0) {
        const auto allowed = std::min<std::uint64_t>(flow.allowance(now), flow.waiting());
        if (allowed == 0) break;
        flow.consumed(static_cast<std::size_t>(allowed), now);
        sent += allowed;
        last = now;
      }
    }
    return last;
  }

  BucketState state{};
  Bucket bucket{state};
  Flow flow{bucket, 7};
  std::uint64_t sent = 0;
};

}  // namespace

SLUICE_TEST(withoutLimitsEverythingPassesAtOnce) {
  Rig rig;
  rig.flow.queued(5'000'000, ms(0));
  rig.sendUntil(ms(0));
  QCOMPARE(rig.sent, std::uint64_t{5'000'000});
  QCOMPARE(rig.flow.heldBack(ms(0)).count(), std::int64_t{0});
}

SLUICE_TEST(keepsToTheRate) {
  Rig rig({100'000});
  rig.flow.queued(1'000'000, ms(0));
  rig.sendUntil(ms(5'000));
  QVERIFY(rig.sent >= 499'000 && rig.sent <= 508'000);
  QVERIFY(rig.flow.heldBack(ms(5'000)) > std::chrono::milliseconds(4'900));
}

SLUICE_TEST(theCapOfAConnectionHoldsBesideTheBucket) {
  Profile profile;
  profile.perConnection = {10'000};
  Rig rig({100'000}, profile);
  rig.flow.queued(1'000'000, ms(0));
  rig.sendUntil(ms(5'000));
  QVERIFY(rig.sent >= 49'900 && rig.sent <= 51'000);
}

SLUICE_TEST(inACrowdTheCapHoldsInLongerTurns) {
  Profile profile;
  profile.perConnection = {100'000};
  for (const auto& [others, turnBytes] : {std::pair(0, 4'000u), std::pair(100, 8'000u)}) {
    Rig rig(kUnlimited, profile);
    for (int i = 0; i < others; ++i) rig.bucket.join();
    rig.flow.queued(1'000'000, ms(0));
    QCOMPARE(rig.flow.allowance(ms(0)), std::size_t{turnBytes});
    rig.sendUntil(ms(5'000));
    QVERIFY(rig.sent >= 495'000 && rig.sent <= 510'000);
  }
}

SLUICE_TEST(whoHasNothingToSendIsInNobodysWay) {
  Rig rig({100'000});
  Flow idle(rig.bucket, 8);
  idle.queued(100, ms(0));
  QVERIFY(idle.allowance(ms(0)) > 0);
  idle.consumed(100, ms(0));
  QCOMPARE(rig.bucket.sharers(), std::uint32_t{0});
  rig.flow.queued(1'000'000, ms(0));
  rig.sendUntil(ms(1'000));
  QVERIFY(rig.sent >= 99'000);
}

SLUICE_TEST(latencyDelaysEachPieceAndTheRateStays) {
  Profile profile;
  profile.down.delay = std::chrono::milliseconds(200);
  Rig rig({100'000}, profile);
  rig.flow.queued(100'000, ms(0));
  QCOMPARE(rig.flow.allowance(ms(199)), std::size_t{0});
  QVERIFY(rig.flow.nextAt(ms(199)) == ms(200));
  const auto last = rig.sendUntil(ms(5'000), ms(199));
  QCOMPARE(rig.sent, std::uint64_t{100'000});
  QVERIFY(last >= ms(1'100) && last <= ms(1'201));
}

SLUICE_TEST(whereAllIsLostNothingPassesUntilTheProfileChanges) {
  Profile profile;
  profile.down.lossPercent = 100;
  Rig rig(kUnlimited, profile);
  rig.flow.queued(10, ms(0));
  QCOMPARE(rig.flow.allowance(ms(60'000)), std::size_t{0});
  QVERIFY(rig.flow.nextAt(ms(0)) > ms(60'000));
  rig.flow.setProfile({}, {}, ms(70'000));
  QCOMPARE(rig.flow.allowance(ms(70'000)), std::size_t{10});
  rig.flow.consumed(10, ms(70'000));
  QCOMPARE(rig.flow.heldBack(ms(80'000)).count(), std::int64_t{10'000'000});
}

SLUICE_TEST(aNewRateActsOnWhatWaits) {
  Rig rig({1'000});
  rig.flow.queued(1'000'000, ms(0));
  rig.sendUntil(ms(1'000));
  const auto slowly = rig.sent;
  QVERIFY(slowly <= 1'200);
  rig.bucket.setRate({1'000'000}, ms(1'000));
  rig.sendUntil(ms(1'100), ms(1'000));
  QVERIFY(rig.sent - slowly > 90'000);
  rig.bucket.setRate(kUnlimited, ms(1'100));
  rig.sendUntil(ms(1'100), ms(1'100));
  QCOMPARE(rig.sent, std::uint64_t{1'000'000});
}

SLUICE_TEST(whatIsDroppedWaitsNoLonger) {
  Profile profile;
  profile.down.delay = std::chrono::seconds(1);
  Rig rig({1'000}, profile);
  rig.flow.queued(1'000'000, ms(0));
  QCOMPARE(rig.flow.allowance(ms(0)), std::size_t{0});
  rig.flow.dropped();
  QCOMPARE(rig.flow.waiting(), std::uint64_t{0});
  QCOMPARE(rig.bucket.sharers(), std::uint32_t{0});
  rig.flow.queued(10, ms(0));
  rig.sendUntil(ms(1'100));
  QCOMPARE(rig.sent, std::uint64_t{10});
}

SLUICE_TEST(whatTheStreamAddsCounts) {
  Rig rig({100'000});
  rig.flow.added(10'000, ms(0));
  rig.flow.queued(1'000'000, ms(0));
  rig.sendUntil(ms(1'000));
  QVERIFY(rig.sent <= 93'000);
}

// As soon as it is asked again, and who waits is woken for that.
SLUICE_TEST(aFasterRateIsThereWithin50Milliseconds) {
  for (const Rate faster : {Rate{1'000'000}, Rate{50'000'000}, kUnlimited}) {
    Rig rig({100'000});
    rig.flow.queued(10'000'000, ms(0));
    rig.sendUntil(ms(1'000));
    const auto before = rig.sent;
    rig.bucket.setRate(faster, ms(1'003));
    rig.sendUntil(ms(1'053), ms(1'003));
    const double due = faster.isUnlimited() ? 9e6 : static_cast<double>(faster.bytesPerSecond) * 0.05;
    QVERIFY2(static_cast<double>(rig.sent - before) >= std::min(9e6 - 200'000, 0.95 * due), std::to_string(rig.sent - before).c_str());
  }
}

SLUICE_TEST(aSlowerRateIsKeptAtOnce) {
  Rig rig({1'000'000});
  rig.flow.queued(10'000'000, ms(0));
  rig.sendUntil(ms(1'000));
  const auto before = rig.sent;
  rig.bucket.setRate({100'000}, ms(1'003));
  rig.sendUntil(ms(2'003), ms(1'003));
  QVERIFY2(rig.sent - before <= 103'000, std::to_string(rig.sent - before).c_str());
}

SLUICE_TEST(whoMovesToAnotherBucketWaitsThereAndNoLongerHere) {
  Rig rig({1'000});
  BucketState otherState{};
  Bucket other{otherState};
  other.setRate({1'000'000}, ms(0));
  rig.flow.queued(1'000'000, ms(0));
  rig.sendUntil(ms(500));
  rig.flow.moveTo(other);
  QCOMPARE(rig.bucket.sharers(), std::uint32_t{0});
  QCOMPARE(other.sharers(), std::uint32_t{1});
  const auto before = rig.sent;
  rig.sendUntil(ms(600), ms(500));
  QVERIFY(rig.sent - before >= 90'000);
  // What it had bought here and not used, others have now.
  Flow next(rig.bucket, 9);
  next.queued(1'000, ms(600));
  QVERIFY(next.allowance(ms(600)) > 0);
  next.dropped();
  rig.flow.dropped();
  rig.flow.moveTo(rig.bucket);
  QCOMPARE(other.sharers() + rig.bucket.sharers(), std::uint32_t{0});
}
