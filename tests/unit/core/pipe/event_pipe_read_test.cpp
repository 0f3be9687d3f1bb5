// One test or more for each rule of the spec's section on reading upstream.
#include "core/pipe/chunked_filter.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/rig.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;
using namespace sluice::test;

using Readiness = OutputFilter::Readiness;

namespace {
// Passes everything and notes how it was fed.
class NotingFilter final : public InputFilter {
 public:
  Fed feed(const Slice& raw, FilterOutput& out) override {
    fed.emplace_back(asText(raw.bytes()));
    out.pass(raw);
    return {raw.bytes().size(), State::More};
  }
  std::optional<std::uint64_t> due() const override { return std::nullopt; }
  Error endError() const override { return {}; }
  const Error& error() const override { return none_; }

  std::vector<std::string> fed;

 private:
  Error none_;
};
}  // namespace

SLUICE_TEST(readRule1PrereadGoesFirst) {
  PipeRig rig;
  rig.source.gives("world").ends();
  rig.start("hello ");
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello world"));
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{11});
}

SLUICE_TEST(readRule1PrereadStaysOutsideTheBlockBudget) {
  PipeRig rig(16, 1);
  rig.blockOutput();
  rig.source.gives(numbered(16));
  const std::string preread = numbered(1000);  // stays where it is while the pipe reads it
  rig.start(preread);
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{1016});
  QCOMPARE(rig.pipe.blocksHeld(), std::size_t{1});
}

SLUICE_TEST(readRule1ZeroPrereadBytesAreNoProgress) {
  PipeRig rig;
  rig.start("");
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.pushes, 0);
  QCOMPARE(rig.source.receives, 1);
}

SLUICE_TEST(readRule2KnownEndIsTakenWithoutBlockAndReceive) {
  PipeRig rig;
  rig.source.endKnown = true;
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, 0);
  QCOMPARE(rig.source.endsTaken, 1);
  QCOMPARE(rig.pool.taken(), std::size_t{0});
  QCOMPARE(rig.pipe.upstream(), Upstream::Eof);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}

SLUICE_TEST(readRule2KnownEndMayCarryAnError) {
  PipeRig rig;
  rig.source.endKnown = true;
  rig.source.endFailure = {Code::ConnectionReset, Side::Upstream, 0, {}};
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, 0);
  QCOMPARE(rig.pipe.upstream(), Upstream::Failed);
  QCOMPARE(rig.pipe.upstreamError().code, Code::ConnectionReset);
}

SLUICE_TEST(readRule3NoAllowanceDelaysWithoutAnIoTimer) {
  PipeRig rig;
  ScriptedLimiter limiter;
  limiter.next = at(2'000'000);
  rig.ends.readLimiter = &limiter;
  rig.settings.readTimeout = Micros{5};
  rig.source.gives("hello");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, 0);
  QCOMPARE(rig.pool.taken(), std::size_t{0});
  Wants wants = rig.pipe.wants(rig.now);
  QVERIFY(!wants.read);
  QCOMPARE(wants.readTimeout, Micros{0});
  QVERIFY(wants.wakeAt == at(2'000'000));
  limiter.allowed = 100;
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
  QCOMPARE(limiter.passed, std::size_t{5});
  wants = rig.pipe.wants(rig.now);
  QVERIFY(wants.read && !wants.wakeAt);
}

SLUICE_TEST(readRule3ReceivesNoMoreThanIsAllowed) {
  PipeRig rig;
  ScriptedLimiter limiter;
  limiter.allowed = 20;
  rig.ends.readLimiter = &limiter;
  rig.source.gives(numbered(100));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{20});
  QCOMPARE(rig.output.sent, numbered(20));  // streaming: a delayed upstream holds nothing back
}

SLUICE_TEST(readRule4aReceivesIntoAllFreeBlocksAtOnce) {
  PipeRig rig;
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.openOutput(), Outcome::Ok);  // four blocks come back
  QCOMPARE(rig.source.lastPieces.size(), std::size_t{4});
  rig.source.gives(numbered(50));
  const int before = rig.source.receives;
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, before + 2);  // 50 bytes in one call, then would-block
  QCOMPARE(rig.output.sent, numbered(64) + numbered(50));
}

SLUICE_TEST(readRule4aSingleBufOffersExactlyOneBlock) {
  PipeRig rig;
  rig.settings.singleBuf = true;
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  rig.source.gives(numbered(50));
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.lastPieces.size(), std::size_t{1});
  QCOMPARE(rig.output.sent, numbered(64) + numbered(50));
}

SLUICE_TEST(readRule4bTakesNewBlocksOnlyBelowTheMaximum) {
  PipeRig rig(16, 3);
  rig.blockOutput();
  rig.source.gives(numbered(1000));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pool.taken(), std::size_t{3});
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{48});
}

SLUICE_TEST(readRule4bFreeBlocksComeBeforeNewOnes) {
  PipeRig rig;
  rig.source.gives(numbered(16)).blocks().gives(numbered(16)).blocks().gives(numbered(16)).blocks();
  rig.start();
  for (int i = 0; i < 3; ++i) QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pool.taken(), std::size_t{2});  // the second was needed to see that the source would block
  QCOMPARE(rig.output.sent.size(), std::size_t{48});
}

SLUICE_TEST(readRule4bNoMemoryAtAllAborts) {
  class EmptyPool final : public buffer::BlockPool {
   public:
    std::size_t blockBytes() const override { return 16; }
    buffer::Block* take() override { return nullptr; }
    void give(buffer::Block*) override {}
  };
  PipeRig rig;
  EmptyPool none;
  rig.ends.pool = &none;
  rig.start("preread");
  QCOMPARE(rig.read(), Outcome::Abort);
  QCOMPARE(rig.pipe.phase(), Phase::Aborted);
  QCOMPARE(rig.pipe.error().code, Code::OutOfMemory);
  QVERIFY(rig.pipe.idle());
}

SLUICE_TEST(readRule4cUpstreamBlockedSoThatLoopWritesFirst) {
  PipeRig rig(16, 2);
  rig.settings.overflow = Overflow::Spill;
  rig.source.gives(numbered(1000)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.spill.writes, 0);
  QCOMPARE(rig.output.sent, numbered(1000));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}

SLUICE_TEST(readRule4dSpillsWhenDownstreamTakesNothing) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(100)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{64});
  QVERIFY(!rig.pipe.wants(rig.now).read);
  QCOMPARE(rig.spilled(), Outcome::Ok);  // two blocks are free again: reading goes on
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{96});
  while (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.pipe.upstream(), Upstream::Eof);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(100));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}

SLUICE_TEST(readRule4dStopsWhileASpillIsInFlight) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(200));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  const int before = rig.source.receives;
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, before);
  QCOMPARE(rig.spill.writes, 1);
}

SLUICE_TEST(readRule4dStopsAtTheLargestSpillSize) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.settings.maxSpillSize = 50;
  rig.blockOutput();
  rig.source.gives(numbered(1000));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  while (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.pipe.spillSize(), std::uint64_t{48});
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{48 + 64});
  QVERIFY(!rig.pipe.wants(rig.now).read);
}

SLUICE_TEST(readRule4dCacheableSpillsEvenWhenDownstreamIsReady) {
  PipeRig rig;
  rig.settings.cacheable = true;
  rig.source.gives(numbered(200)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  QCOMPARE(rig.output.sent, std::string());
  while (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(200));
  QCOMPARE(rig.spill.storage.content, numbered(200));
}

SLUICE_TEST(readRule4eNoRoomIsBackpressure) {
  PipeRig rig;
  rig.blockOutput();
  rig.source.gives(numbered(1000));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  const int before = rig.source.receives;
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, before);
  const Wants wants = rig.pipe.wants(rig.now);
  QVERIFY(!wants.read && wants.write);
  QCOMPARE(wants.readTimeout, Micros{0});
  QCOMPARE(rig.spill.writes, 0);
}

SLUICE_TEST(readRule5ErrorIsAnUpstreamErrorAfterTheGoodBytes) {
  PipeRig rig;
  rig.source.gives("hello").fails({Code::ConnectionReset, Side::Upstream, 104, "origin"});
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
  QCOMPARE(rig.pipe.upstream(), Upstream::Failed);
  QCOMPARE(rig.pipe.upstreamError().systemCode, 104);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}

SLUICE_TEST(readRule5ChainComesBackWhateverTheOutcome) {
  PipeRig rig;
  rig.source.blocks().gives("x").blocks();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  const std::byte* first = rig.source.lastPieces[0].data();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pool.taken(), std::size_t{1});
  QVERIFY(rig.source.lastPieces[0].data() == first + 1);
}

SLUICE_TEST(readRule5ZeroIsTheEndOfTheStream) {
  PipeRig rig;
  rig.source.ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.upstream(), Upstream::Eof);
}

SLUICE_TEST(readRule5SingleBufLendsABlockThatNoSliceShows) {
  PipeRig rig;
  rig.settings.singleBuf = true;
  rig.output.takes = 0;
  rig.source.gives("hello").blocks().gives(" world").ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.source.lent.has_value());
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{5});
  const std::byte* shown = rig.output.held.front().data;
  QVERIFY(shown < rig.source.lent->data() || shown >= rig.source.lent->data() + rig.source.lent->size());
  rig.source.lent->front() = std::byte{'X'};  // the kernel writes there whenever it likes
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello world"));
}

SLUICE_TEST(readRule5SingleBufBringsTheSamePieceAgain) {
  PipeRig rig;  // ScriptedSource asserts it
  ScriptedLimiter limiter;
  limiter.allowed = 7;
  rig.ends.readLimiter = &limiter;
  rig.settings.singleBuf = true;
  rig.source.blocks().gives("hello").ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.lent->size(), std::size_t{7});
  limiter.allowed = 0;  // taken by somebody else meanwhile
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
}

SLUICE_TEST(readRule6FullBlocksGoToTheFilterOneAtATime) {
  PipeRig rig;
  NotingFilter filter;
  rig.ends.filter = &filter;
  const std::string body = numbered(40);
  rig.source.gives(body).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(filter.fed.size(), std::size_t{3});
  QCOMPARE(filter.fed[0], body.substr(0, 16));
  QCOMPARE(filter.fed[1], body.substr(16, 16));
  QCOMPARE(filter.fed[2], body.substr(32));
}

SLUICE_TEST(readRule6PartlyFilledBlockReceivesMore) {
  PipeRig rig(16, 1);
  rig.settings.delivery = Delivery::Buffered;
  rig.source.gives("abc").blocks().gives("def").blocks();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  const std::byte* tail = rig.source.lastPieces[0].data();
  QCOMPARE(rig.source.lastPieces[0].size(), std::size_t{13});
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.source.lastPieces[0].data() == tail + 3);
  QCOMPARE(rig.pool.taken(), std::size_t{1});
}

SLUICE_TEST(readRule6BufferedHandsOnOnlyFullBlocks) {
  PipeRig rig;
  rig.settings.delivery = Delivery::Buffered;
  rig.source.gives(numbered(20)).blocks().gives(numbered(13)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(20).substr(0, 16));
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(20) + numbered(13));
}

SLUICE_TEST(readRule6BufferedHandsOnWhatCompletesTheLength) {
  for (const bool singleBuf : {false, true}) {
    PipeRig rig;
    rig.settings.delivery = Delivery::Buffered;
    rig.settings.singleBuf = singleBuf;
    rig.withLength(10);
    rig.source.gives("01234").blocks().gives("56789");
    rig.start();
    QCOMPARE(rig.read(), Outcome::Ok);
    QCOMPARE(rig.output.sent, std::string());
    QCOMPARE(rig.read(), Outcome::Ok);
    QCOMPARE(rig.output.sent, std::string("0123456789"));
    QCOMPARE(rig.pipe.phase(), Phase::Complete);
  }
}

SLUICE_TEST(readRule6BufferedSeesTheEndOfAChunkedMessage) {
  PipeRig rig(64);
  ChunkedFilter chunked(ChunkedFilter::Mode::Strip);
  rig.ends.filter = &chunked;
  rig.settings.delivery = Delivery::Buffered;
  rig.source.gives("5\r\nhello\r\n").blocks().gives("0\r\n\r\n");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
  QCOMPARE(rig.pipe.upstream(), Upstream::Done);
}

SLUICE_TEST(readRule6StreamingHandsOnWhenTheSourceWouldBlock) {
  PipeRig rig;
  rig.output.takes = 0;
  rig.source.gives("abc").blocks().gives("def").blocks();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{3});
  rig.output.state = Readiness::Ready;
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{6});
  QVERIFY(rig.output.held[0].block == rig.output.held[1].block);  // the block's tail went on receiving
  QCOMPARE(rig.pool.taken(), std::size_t{1});
}

SLUICE_TEST(readRule6StreamingReusesABlockWhoseBytesAreAllSent) {
  PipeRig rig(16, 1);
  for (int i = 0; i < 50; ++i) rig.source.gives("0123456789").blocks();
  rig.start();
  for (int i = 0; i < 50; ++i) {
    QCOMPARE(rig.read(), Outcome::Ok);
    QCOMPARE(rig.output.sent.size(), std::size_t(10 * (i + 1)));
    QCOMPARE(rig.source.lastPieces[0].size(), std::size_t{6});
  }
}

SLUICE_TEST(readRule7PartialBlockIsHandedOnAtTheEnd) {
  PipeRig rig;
  rig.settings.delivery = Delivery::Buffered;
  rig.source.gives("abc").ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("abc"));
}

SLUICE_TEST(readRule7ReleasesFreeBlocksAtTheEnd) {
  for (const bool release : {true, false}) {
    PipeRig rig;
    rig.settings.releaseBlocks = release;
    rig.blockOutput();
    rig.source.gives(numbered(64));
    rig.start();
    QCOMPARE(rig.read(), Outcome::Ok);
    rig.output.takes = 40;  // two blocks come back
    rig.output.state = Readiness::Ready;
    rig.source.ends();
    QCOMPARE(rig.write(), Outcome::Ok);
    QCOMPARE(rig.pipe.phase(), Phase::Running);
    QCOMPARE(rig.pool.taken(), std::size_t{release ? 2u : 4u});
  }
}

SLUICE_TEST(readRule8LengthReachedIsDoneAndProgress) {
  PipeRig rig;
  rig.withLength(5);
  rig.source.gives("hello");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);  // read only, and yet it was written: progress
  QCOMPARE(rig.pipe.upstream(), Upstream::Done);
  QCOMPARE(rig.output.sent, std::string("hello"));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QVERIFY(!rig.pipe.hasExcess());
}

SLUICE_TEST(readRule8BytesPastTheLengthAreExcess) {
  PipeRig rig;
  rig.withLength(20);
  const std::string all = numbered(60);
  rig.blockOutput();
  rig.source.gives(all);
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, all.substr(0, 20));
  QCOMPARE(rig.tap.seen, all.substr(0, 20));
  QVERIFY(rig.pipe.hasExcess());
  const std::string excess = rig.pipe.takeExcess();
  QCOMPARE(excess, all.substr(20, excess.size()));
  QCOMPARE(std::uint64_t(excess.size()) + 20, rig.pipe.bytesReceived());
  QVERIFY(!rig.pipe.hasExcess());
}

SLUICE_TEST(readRule8ExcessMayLieInSeveralBlocks) {
  PipeRig rig;
  rig.withLength(64 + 3);
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  rig.source.gives("abcEXCESS" + numbered(40));  // one vectored receive into four blocks
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(64) + "abc");
  QCOMPARE(rig.pipe.takeExcess(), "EXCESS" + numbered(40));
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}

SLUICE_TEST(readRule8PrereadPastTheLengthIsExcess) {
  PipeRig rig;
  rig.withLength(4);
  rig.start("bodyGET / HTTP/1.1");
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("body"));
  QCOMPARE(rig.pipe.takeExcess(), std::string("GET / HTTP/1.1"));
  QCOMPARE(rig.source.receives, 0);
}

SLUICE_TEST(readRule8MessageWithoutBodyIsDoneAtOnce) {
  PipeRig rig;
  rig.withLength(0);
  rig.start("next");
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, 0);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QCOMPARE(rig.pipe.takeExcess(), std::string("next"));
}

SLUICE_TEST(readRule9CacheableSpillsBeforeReturning) {
  PipeRig rig;
  rig.settings.cacheable = true;
  rig.source.gives("abc");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.spill.storage.content, std::string("abc"));
}

SLUICE_TEST(stopsReadingAtOnceWhenUpstreamHasEnded) {
  PipeRig rig;
  rig.blockOutput();
  rig.source.gives("abc").ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  const int before = rig.source.receives;
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.source.receives, before);
  QVERIFY(!rig.pipe.wants(rig.now).read);
}

SLUICE_TEST(asksASourceThatWouldBlockOnlyOnceATurn) {
  PipeRig rig;
  rig.source.gives("abc").blocks();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, 2);
}

SLUICE_TEST(givesOthersTheirTurnAfterTurnBytes) {
  PipeRig rig;
  rig.settings.turnBytes = 100;
  rig.source.gives(numbered(1000)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.pipe.bytesReceived() >= 100 && rig.pipe.bytesReceived() < 164);
  QCOMPARE(std::uint64_t(rig.output.sent.size()), rig.pipe.bytesReceived());
  QVERIFY(rig.pipe.wants(rig.now).turn);
  int turns = 1;
  while (rig.pipe.phase() == Phase::Running && ++turns < 20) QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(1000));
}
