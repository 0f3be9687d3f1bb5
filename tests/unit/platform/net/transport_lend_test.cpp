// Memory that is lent to a wait, whatever the strategy of this system is.
#include <string>

#include "platform/net/transport.h"
#include "transport_rig.h"

using namespace sluice;
using namespace sluice::test;
using net::CloseKind;
using Rig = TransportRig;

namespace {

constexpr std::size_t kMuch = 50;
const net::Strategy kLending{net::nativeStrategy().sendMode, net::ReceiveMode::Lend, 1, kMuch};
const std::string kFill(kMuch, '.');

// In the midst of much: a wait owns memory.
struct LendingRig : Rig {
  LendingRig() : Rig(kLending) {
    send(*far, kFill);
    receiveUntil(*near, kFill);
    received.clear();
    lent = near->lend(lending.memory, lending);
  }
  bool untilBack() {
    return runUntil(loop, [&] { return lending.back == 1; });
  }
  bool untilTold() {
    return runUntil(loop, [&] { return heard.readable == 1; });
  }
  bool lent = false;
};

}  // namespace

SLUICE_TEST(whatComesLiesInTheMemoryThatWasLent) {
  LendingRig rig;
  QVERIFY(rig.lent);
  rig.send(*rig.far, "all of it");
  QVERIFY(rig.untilTold());
  QCOMPARE(rig.near->bytesReceived(), std::uint64_t{kMuch});
  QCOMPARE(rig.lending.back, 0);
  QVERIFY(rig.near->peek().status == Status::Ok);
  QCOMPARE(asText(Bytes(rig.lending.memory).first(9)), std::string_view("all of it"));
  const MutableBytes piece(rig.lending.memory);
  QCOMPARE(rig.near->receive({&piece, 1}).bytes, std::size_t{9});
  QCOMPARE(asText(Bytes(rig.lending.memory).first(9)), std::string_view("all of it"));
  QCOMPARE(rig.near->bytesReceived(), std::uint64_t{kMuch + 9});
  QCOMPARE(rig.lending.back, 1);
}

SLUICE_TEST(moreThanWasLentFollowsItInTheSameCall) {
  LendingRig rig;
  const std::string text = "more than there is room for in what was lent: " + std::string(200, 'x');
  rig.send(*rig.far, text);
  QVERIFY(rig.untilTold());
  QVERIFY(rig.receiveUntil(*rig.near, text).status == Status::Ok);
  QCOMPARE(rig.lending.back, 1);
}

SLUICE_TEST(whatCameIsTakenIntoOtherMemoryTooAndPieceByPiece) {
  LendingRig rig;
  rig.send(*rig.far, "all of it");
  QVERIFY(rig.untilTold());
  rig.receive(*rig.near, rig.received, 3);
  QCOMPARE(rig.received, std::string("all"));
  QCOMPARE(rig.lending.back, 0);
  QVERIFY(!rig.near->lend(rig.lending.memory, rig.lending));
  rig.near->waitReadable();
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == 2; }));
  rig.receiveUntil(*rig.near, "all of it");
  QCOMPARE(rig.received, std::string("all of it"));
  QCOMPARE(rig.lending.back, 1);
}

SLUICE_TEST(nothingIsFoundWhileMemoryIsLent) {
  LendingRig rig;
  QVERIFY(rig.near->peek().status == Status::WouldBlock);
  QVERIFY(rig.receive(*rig.near, rig.received).status == Status::WouldBlock);
  QVERIFY(!rig.near->lend(rig.lending.memory, rig.lending));
  rig.near->waitReadable();
  rig.settle();
  QCOMPARE(rig.heard.readable + rig.lending.back, 0);
}

SLUICE_TEST(nothingIsLentButInTheMidstOfMuch) {
  Rig rig(kLending);
  QVERIFY(!rig.near->lend(rig.lending.memory, rig.lending));
  rig.send(*rig.far, std::string(kMuch - 1, '.'));
  rig.receiveUntil(*rig.near, std::string(kMuch - 1, '.'));
  QVERIFY(!rig.near->lend(rig.lending.memory, rig.lending));
  rig.near->waitReadable();
  rig.send(*rig.far, ".");
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == 1; }));
  rig.receiveUntil(*rig.near, kFill);
  QVERIFY(!rig.near->lend(rig.lending.memory, rig.lending));  // little since the wait
}

SLUICE_TEST(nothingIsLentWhileAWaitIsPending) {
  Rig rig(kLending);
  rig.send(*rig.far, kFill);
  rig.receiveUntil(*rig.near, kFill);
  rig.near->waitReadable();
  QVERIFY(!rig.near->lend(rig.lending.memory, rig.lending));
}

SLUICE_TEST(memoryComesBackWhenNothingHasComeForAWhile) {
  LendingRig rig;
  QVERIFY(rig.untilBack());
  QCOMPARE(rig.heard.readable, 1);
  QVERIFY(rig.receive(*rig.near, rig.received).status == Status::WouldBlock);
  QVERIFY(!rig.near->lend(rig.lending.memory, rig.lending));  // it is idle
  rig.waitReadable();
  rig.send(*rig.far, "again");
  QVERIFY(runUntil(rig.loop, [&] { return rig.heard.readable == 2; }));
  rig.receiveUntil(*rig.near, "again");
  QCOMPARE(rig.received, std::string("again"));
}

SLUICE_TEST(anEndAndAResetComeThroughLentMemory) {
  LendingRig ended, broken;
  ended.far->close(CloseKind::Orderly);
  broken.far->close(CloseKind::Abort);
  QVERIFY(ended.untilTold() && broken.untilTold());
  QCOMPARE(ended.lending.back + broken.lending.back, 2);
  QVERIFY(ended.receive(*ended.near, ended.received).status == Status::End);
  for (int i = 0; i < 2; ++i) {
    const auto result = broken.receive(*broken.near, broken.received);
    QVERIFY(result.status == Status::Failed && result.error.code == Code::ConnectionReset);
  }
}

SLUICE_TEST(bytesBeforeAnEndAreTakenBeforeIt) {
  LendingRig rig;
  rig.send(*rig.far, "last");
  rig.far->close(CloseKind::Orderly);
  QVERIFY(rig.untilTold());
  rig.receiveUntil(*rig.near, "last");
  QCOMPARE(rig.received, std::string("last"));
  QVERIFY(rig.receiveUntil(*rig.near, "").status == Status::End);
}

SLUICE_TEST(halfAConnectionGoesOnWhileMemoryIsLentToTheOther) {
  LendingRig rig;
  rig.send(*rig.near, "last");
  rig.near->endSending();
  QVERIFY(rig.receiveUntil(*rig.far, "last").status == Status::Ok);
  rig.received.clear();
  rig.send(*rig.far, "answer");
  QVERIFY(rig.untilTold());
  rig.receiveUntil(*rig.near, "answer");
  QCOMPARE(rig.received, std::string("answer"));
}

SLUICE_TEST(memoryComesBackOnceTheSystemIsDoneWithItHoweverAConnectionIsClosed) {
  for (const auto kind : {CloseKind::Orderly, CloseKind::Abort}) {
    LendingRig rig;
    rig.near->close(kind);
    QVERIFY(rig.untilBack());
    rig.settle();
    QCOMPARE(rig.heard.readable, 0);
    QCOMPARE(rig.lending.back, 1);
  }
  LendingRig gone;
  gone.near.reset();
  QVERIFY(gone.untilBack());
}

SLUICE_TEST(memoryComesBackAtOnceAlsoWhereTheLastBytesAreStillBeingSent) {
  LendingRig rig;
  rig.fill(*rig.near);
  rig.near->close(CloseKind::Orderly);
  QVERIFY(rig.untilBack());
}

SLUICE_TEST(memoryThatHoldsWhatNobodyTookComesBackWithTheClose) {
  LendingRig rig;
  rig.send(*rig.far, "nobody takes it");
  QVERIFY(rig.untilTold());
  rig.near->close(CloseKind::Orderly);
  QCOMPARE(rig.lending.back, 1);
}
