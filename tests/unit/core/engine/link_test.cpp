#include "core/engine/link.h"

#include "core/engine/pooled_files.h"
#include "link_ends.h"
#include "tests/support/test.h"

using namespace sluice;
using engine::Link;
using test::LinkEnds;
using test::runUntil;
using Status = IoResult::Status;

namespace {

struct Heard final : Link::Driver {
  int times = 0;
  void linkReady(Link&) override { ++times; }
};

struct Rig : LinkEnds {
  Rig() { client.setDriver(&heard); }

  IoResult receive(std::size_t room) {
    std::vector<std::byte> buffer(room);
    const MutableBytes piece(buffer);
    return client.receive({&piece, 1});
  }
  bool untilReady() {
    const int before = heard.times;
    client.waitReadable();
    return runUntil(loop, [&] { return heard.times > before; });
  }
  bool untilItArrived() {
    return runUntil(loop, [&] { return client.transport().peek().status == Status::Ok; });
  }

  Heard heard;
};

}  // namespace

SLUICE_TEST(looksForBytesOnlyOnceTheyWereAnnounced) {
  Rig rig;
  LinkEnds::write(rig.browser, "hello");
  QVERIFY(rig.untilItArrived());
  QVERIFY(!rig.client.mayReceive());
  QVERIFY(rig.receive(10).status == Status::WouldBlock);
  QVERIFY(rig.untilReady());
  QVERIFY(rig.client.mayReceive());
  QCOMPARE(rig.receive(10).bytes, std::size_t{5});
}

SLUICE_TEST(fewerBytesThanRoomMeanThatNothingIsLeft) {
  Rig rig;
  LinkEnds::write(rig.browser, "hello");
  QVERIFY(rig.untilReady());
  QCOMPARE(rig.receive(5).bytes, std::size_t{5});
  QVERIFY(rig.client.mayReceive());
  QVERIFY(rig.receive(5).status == Status::WouldBlock);
  QVERIFY(!rig.client.mayReceive());
}

SLUICE_TEST(whatArrivedUnseenIsAnnouncedAgain) {
  Rig rig;
  LinkEnds::write(rig.browser, "ab");
  QVERIFY(rig.untilReady());
  QCOMPARE(rig.receive(10).bytes, std::size_t{2});
  LinkEnds::write(rig.browser, "cd");
  QVERIFY(rig.untilItArrived());
  QVERIFY(rig.untilReady());
  QCOMPARE(rig.receive(10).bytes, std::size_t{2});
}

SLUICE_TEST(whatCameBeforeAResetIsReadWhenSendingHasFailed) {
  Rig rig;
  LinkEnds::write(rig.browser, "why");
  QVERIFY(rig.untilItArrived());
  LinkEnds::reset(rig.browser);
  QVERIFY(runUntil(rig.loop, [&] {
    rig.client.writer().appendOwned("x");
    rig.client.writer().flush(LinkEnds::now());
    return rig.client.writer().failed();
  }));
  QVERIFY(rig.receive(10).status == Status::WouldBlock);
  rig.client.lookAgain();
  QCOMPARE(rig.receive(10).bytes, std::size_t{3});
}

SLUICE_TEST(peekingTellsThatNothingIsThere) {
  Rig rig;
  LinkEnds::write(rig.browser, "ab");
  QVERIFY(rig.untilReady());
  QVERIFY(rig.client.peek().status == Status::Ok);
  QVERIFY(rig.client.mayReceive());
  QCOMPARE(rig.receive(2).bytes, std::size_t{2});
  QVERIFY(rig.client.peek().status == Status::WouldBlock);
  QVERIFY(!rig.client.mayReceive());
}

SLUICE_TEST(doesNotWaitForWhatItMayTakeAlready) {
  Rig rig;
  LinkEnds::write(rig.browser, "ab");
  QVERIFY(rig.untilReady());
  rig.client.waitReadable();
  rig.loop.restart();
  while (rig.loop.poll() > 0) {
  }
  QCOMPARE(rig.heard.times, 1);
}

SLUICE_TEST(aWriterThatIsNotBlockedWaitsForNothing) {
  Rig rig;
  rig.client.waitWritableIfBlocked(rig.now());
  rig.loop.restart();
  while (rig.loop.poll() > 0) {
  }
  QCOMPARE(rig.heard.times, 0);
}

SLUICE_TEST(aBlockedWriterGoesOnWhenThePeerHasRead) {
  Rig rig;
  const std::string much(32 << 20, 'x');
  rig.client.writer().appendOwned(much);
  using Readiness = pipe::OutputFilter::Readiness;
  while (rig.client.writer().readiness(rig.now()) == Readiness::Ready) rig.client.writer().flush(rig.now());
  QVERIFY(rig.client.writer().pending());
  std::string read;
  QVERIFY(rig.drive([&] {
    LinkEnds::readSome(rig.browser, read);
    if (rig.client.writer().pending()) rig.client.writer().flush(rig.now());
    return read.size() == much.size();
  }));
  QVERIFY(rig.heard.times > 0);
  QVERIFY(read == much);
}

SLUICE_TEST(aBodyOfOurOwnFollowsItsHeadHoweverSlowlyItIsTaken) {
  test::LinkEnds ends;
  const std::string body(3'000'000, 'b');
  ends.client.writer().appendOwned("head\r\n\r\n");
  ends.client.sendBody(body, test::LinkEnds::now());
  QVERIFY(ends.client.writer().pending());
  std::string came;
  QVERIFY(ends.drive([&] {
    ends.client.writer().flush(test::LinkEnds::now());
    ends.readSome(ends.browser, came);
    return came.size() >= body.size() + 8;
  }));
  QVERIFY(came == "head\r\n\r\n" + body);
  QVERIFY(!ends.client.writer().pending());
}

SLUICE_TEST(tellsNobodyWithoutADriver) {
  Rig rig;
  rig.client.setDriver(nullptr);
  LinkEnds::write(rig.browser, "x");
  rig.client.waitReadable();
  QVERIFY(runUntil(rig.loop, [&] { return rig.client.mayReceive(); }));
  QCOMPARE(rig.heard.times, 0);
}

SLUICE_TEST(aFileThatIsShorterIsToldWithItsName) {
  Rig rig;
  engine::PooledFile file({platform::openTemporary(rig.directory.path()).value(), platform::Caching::Normal}, "the-file");
  rig.client.writer().append(buffer::Slice::ofFile(file, 0, 10));
  const auto result = rig.client.writer().flush(rig.now());
  QVERIFY(result.status == pipe::OutputResult::Status::Failed);
  QVERIFY(result.error.code == Code::FileChanged && result.error.side == Side::Local);
  QVERIFY(result.error.detail.find("the-file") != std::string::npos);
}
