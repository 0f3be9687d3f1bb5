// What a driver sees of a pipe: phases, wants, reuse, endings.
#include "core/pipe/event_pipe.h"

#include "core/pipe/chunked_filter.h"
#include "tests/support/pipe/rig.h"
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

SLUICE_TEST(servesOneMessageAfterTheOther) {
  PipeRig rig;
  for (int i = 0; i < 100; ++i) {
    rig.withLength(50);
    rig.source.gives(numbered(50));
    rig.start();
    QCOMPARE(rig.read(), Outcome::Ok);
    QCOMPARE(rig.pipe.phase(), Phase::Complete);
    QCOMPARE(rig.output.sent.size(), std::size_t(50 * (i + 1)));
    QCOMPARE(rig.pool.taken(), std::size_t{0});
  }
}

SLUICE_TEST(carriesOnlyWhatTheMessageLeavesInTheSource) {
  PipeRig rig;
  rig.withLength(5);
  rig.source.gives("hello").gives("next!");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  rig.withLength(5);
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hellonext!"));
}

SLUICE_TEST(passesAChunkedMessageByteIdentical) {
  const std::string message = "5;sig=1\r\nhello\r\n6\r\n world\r\n0\r\nChecksum: 9\r\n\r\n";
  for (const auto mode : {ChunkedFilter::Mode::Pass, ChunkedFilter::Mode::Strip}) {
    PipeRig rig;
    ChunkedFilter chunked(mode);
    rig.ends.filter = &chunked;
    rig.source.gives(message + "GET /next");
    rig.start();
    QCOMPARE(rig.read(), Outcome::Ok);
    QCOMPARE(rig.output.sent, mode == ChunkedFilter::Mode::Pass ? message : std::string("hello world"));
    QCOMPARE(rig.tap.seen, std::string("hello world"));
    QCOMPARE(rig.pipe.upstream(), Upstream::Done);
    const std::string excess = rig.pipe.takeExcess();
    QCOMPARE(excess, std::string("GET /next").substr(0, excess.size()));
    QCOMPARE(chunked.trailers(), std::string("Checksum: 9\r\n"));
    QCOMPARE(chunked.extensions(), std::string(";sig=1\n"));
  }
}

SLUICE_TEST(handsOnTheGoodBytesBeforeAFramingError) {
  PipeRig rig;
  ChunkedFilter chunked(ChunkedFilter::Mode::Pass);
  rig.ends.filter = &chunked;
  rig.source.gives("5\r\nhello\r\nbad chunk");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent.substr(0, 10), std::string("5\r\nhello\r\n"));
  QCOMPARE(rig.pipe.upstream(), Upstream::Failed);
  QCOMPARE(rig.pipe.upstreamError().code, Code::BadChunk);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QVERIFY(!rig.pipe.hasExcess());
}

SLUICE_TEST(endOfTheStreamInsideAMessageIsAnError) {
  PipeRig rig;
  rig.withLength(10);
  rig.source.gives("hello").ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
  QCOMPARE(rig.pipe.upstream(), Upstream::Failed);
  QCOMPARE(rig.pipe.upstreamError().code, Code::EndedEarly);
  QCOMPARE(rig.pipe.upstreamError().side, Side::Upstream);
}

SLUICE_TEST(timedOutUpstreamStillDeliversWhatItGave) {
  PipeRig rig;
  rig.settings.delivery = Delivery::Buffered;
  rig.source.gives("abc");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.pipe.failUpstream({Code::IdleTimeout, Side::Upstream, 0, {}});
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("abc"));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}

SLUICE_TEST(idlePipeGivesItsBlocksBackWhenAsked) {
  PipeRig rig;
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pool.taken(), std::size_t{1});
  rig.pipe.releaseUnusedBlocks();
  QCOMPARE(rig.pool.taken(), std::size_t{0});
  rig.source.gives("abc");
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("abc"));
}

SLUICE_TEST(closeEndsAPipeWithALentBlock) {
  PipeRig rig;
  rig.settings.singleBuf = true;
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.pipe.failDownstream({Code::ConnectionReset, Side::Client, 0, {}});
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Stopped);
  QVERIFY(!rig.pipe.idle());  // the kernel may still write into that block
  rig.pipe.close();
  QVERIFY(!rig.pipe.idle());
  rig.source.giveBack();
  QVERIFY(rig.pipe.idle());
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}

// As after a long silence: the pipe has it like any other that nothing lies in.
SLUICE_TEST(aLentBlockThatComesBackEmptyCanBeReleased) {
  PipeRig rig;
  rig.settings.singleBuf = true;
  rig.source.gives("hello");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.pipe.lends());
  rig.pipe.releaseUnusedBlocks();
  QVERIFY(rig.pool.taken() > 0);
  rig.source.giveBack();
  rig.source.mayLend = false;
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(!rig.pipe.lends());
  rig.pipe.releaseUnusedBlocks();
  QCOMPARE(rig.pool.taken(), std::size_t{0});
  rig.source.gives(" world").ends();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello world"));
}

SLUICE_TEST(asksForATurnWhenTheOutputStoppedByItself) {
  PipeRig rig;
  rig.output.takes = 3;
  rig.output.blocksWhenHolding = false;  // as a writer does after its share of a turn
  rig.source.gives("hello").ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  const Wants wants = rig.pipe.wants(rig.now);
  QVERIFY(wants.turn && !wants.write && !wants.read);
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}

SLUICE_TEST(wakesAtTheEarlierOfBothLimiters) {
  PipeRig rig;
  ScriptedLimiter limiter;
  limiter.allowed = 5;
  limiter.next = at(9'000'000);
  rig.ends.readLimiter = &limiter;
  rig.output.state = OutputFilter::Readiness::Delayed;
  rig.output.wake = at(4'000'000);
  rig.source.gives("hello world");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.pipe.wants(rig.now).wakeAt == at(4'000'000));
  limiter.next = at(3'000'000);
  QVERIFY(rig.pipe.wants(rig.now).wakeAt == at(3'000'000));
}

SLUICE_TEST(hasMoreRoomFromNowOnAndNeverLess) {
  PipeRig rig(16, 4);
  rig.settings.overflow = Overflow::Backpressure;
  const std::string body = numbered(1000);
  rig.source.gives(body).ends();
  rig.output.takes = 0;
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pool.taken(), std::size_t{4});
  auto wider = rig.settings;
  wider.maxBlocks = 9;
  rig.pipe.adapt(wider);
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pool.taken(), std::size_t{9});
  auto narrower = rig.settings;
  narrower.maxBlocks = 1;
  rig.pipe.adapt(narrower);
  rig.output.takes = 1'000'000;
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, body);
  QVERIFY(rig.pipe.idle());
}

SLUICE_TEST(sendsWhatItHeldBackWhenTheDeliveryBecomesStreaming) {
  PipeRig rig(16, 4);
  rig.settings.delivery = Delivery::Buffered;
  rig.source.gives("hello");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string());
  auto streaming = rig.settings;
  streaming.delivery = Delivery::Streaming;
  rig.pipe.adapt(streaming);
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
}

// Less than half of a block stays for what comes next; more of one that a recorder can read in place does not.
SLUICE_TEST(aSharedBlockThatIsHalfFullIsShownAndReceivesNoMore) {
  struct Tap final : BodyTap {
    void onBody(Bytes payload) override { shown.emplace_back(rig->pipe.blockShown() != nullptr, std::string(asText(payload))); }
    PipeRig* rig = nullptr;
    std::vector<std::pair<bool, std::string>> shown;
  };
  struct Pool final : buffer::BlockPool {
    std::size_t blockBytes() const override { return 16; }
    buffer::Block* take() override {
      auto* block = heap.take();
      block->readOnly = isShared;
      return block;
    }
    void give(buffer::Block* block) override { heap.give(block); }
    buffer::HeapBlockPool heap{16};
    bool isShared = true;
  };
  for (const bool isShared : {true, false}) {
    PipeRig rig;
    Tap tap;
    Pool pool;
    pool.isShared = isShared;
    tap.rig = &rig;
    rig.ends.tap = &tap;
    rig.ends.pool = &pool;
    rig.start();
    for (const auto* text : {"sevenby", "eightbyt"}) {
      rig.source.gives(text);
      rig.read();
    }
    QCOMPARE(tap.shown.size(), std::size_t(2));
    QVERIFY(tap.shown[0] == std::pair(false, std::string("sevenby")));
    QVERIFY(tap.shown[1] == std::pair(isShared, std::string("eightbyt")));
    QCOMPARE(rig.output.sent, std::string("sevenbyeightbyt"));
    rig.source.ends();
    rig.read();
    QCOMPARE(rig.pipe.phase(), Phase::Complete);
    QCOMPARE(pool.heap.taken(), std::size_t(0));
  }
}

// A tap that keeps every full block that it is shown, as a recorder does that reads bodies where they were received.
SLUICE_TEST(aBlockThatIsKeptIsNotFilledAgain) {
  struct Keeper final : BodyTap {
    void onBody(Bytes payload) override {
      auto* block = rig->pipe.blockShown();
      if (block == nullptr) return;
      QVERIFY(payload.data() >= block->data && payload.data() + payload.size() <= block->data + block->capacity);
      block->isKept = true;
      seen.push_back(block);
    }
    PipeRig* rig = nullptr;
    std::vector<buffer::Block*> seen;
  };
  struct Pool final : buffer::BlockPool {
    std::size_t blockBytes() const override { return 16; }
    buffer::Block* take() override { return heap.take(); }
    void give(buffer::Block* block) override {
      if (block->isKept) given.emplace_back(reinterpret_cast<const char*>(block->data), block->filled);
      block->isKept = false;
      heap.give(block);
    }
    buffer::HeapBlockPool heap{16};
    std::vector<std::string> given;
  };
  PipeRig rig;
  Keeper keeper;
  Pool pool;
  keeper.rig = &rig;
  rig.ends.tap = &keeper;
  rig.ends.pool = &pool;
  const std::string body = numbered(1000);
  rig.source.gives(body).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, body);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QVERIFY(keeper.seen.size() >= 1000 / 16);
  // Each came back as it was received: in order, and as often as it was kept.
  std::string together;
  for (const auto& each : pool.given) together += each;
  QCOMPARE(together, body.substr(0, together.size()));
  QCOMPARE(pool.given.size(), keeper.seen.size());
  QCOMPARE(pool.heap.taken(), std::size_t(0));
}
