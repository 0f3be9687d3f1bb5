// One test or more for each rule of the spec's section on writing downstream, and for the drain.
#include "core/pipe/chunked_filter.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/rig.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;
using namespace sluice::test;

using Readiness = OutputFilter::Readiness;

namespace {
const Error kReset{Code::ConnectionReset, Side::Client, 104, {}};

// Chunks of one byte each: three slices for each block of 18 bytes.
std::string tinyChunks(std::string_view body) {
  std::string text;
  for (char c : body) text += std::string("1\r\n") + c + "\r\n";
  return text;
}
}  // namespace

SLUICE_TEST(writeRule1FailedDownstreamDrains) {
  PipeRig rig;
  rig.blockOutput();
  rig.source.gives(numbered(1000));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.pipe.failDownstream(kReset);
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Stopped);
  QCOMPARE(rig.pipe.downstreamError(), kReset);
  QCOMPARE(rig.pool.taken(), std::size_t{0});
  QCOMPARE(rig.output.sent, std::string());
}

SLUICE_TEST(writeRule2AfterUpstreamEndedEverythingIsHandedOver) {
  PipeRig rig;
  rig.settings.busyLimit = 16;
  rig.blockOutput();
  rig.output.takes = 0;
  rig.source.gives(numbered(50)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);  // not even writable: the output filter keeps it
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{50});
  QCOMPARE(rig.pipe.phase(), Phase::Running);
  for (std::size_t i = 0; i < rig.output.held.size(); ++i) QVERIFY(!rig.output.held[i].recyclable);
  QVERIFY(rig.pipe.wants(rig.now).write);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(50));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}

SLUICE_TEST(writeRule2OutGoesBeforeIn) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(80)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.output.takes = 0;
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.pipe.upstream(), Upstream::Eof);
  const auto& held = rig.output.held;
  QVERIFY(held.size() > 1 && held[0].inFile() && !held[1].inFile());
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(80));
}

SLUICE_TEST(writeRule2WaitsForASpillInFlight) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  rig.pipe.failUpstream({Code::IdleTimeout, Side::Upstream, 0, {}});
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string());  // what is in memory lies behind what is being written
  QCOMPARE(rig.pipe.phase(), Phase::Running);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(64));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QCOMPARE(rig.pipe.upstreamError().code, Code::IdleTimeout);
}

SLUICE_TEST(writeRule3StopsWhileNotWritable) {
  for (const auto state : {Readiness::Blocked, Readiness::Delayed, Readiness::WaitsForFile}) {
    PipeRig rig;
    rig.output.state = state;
    rig.output.wake = at(3'000'000);
    rig.settings.sendTimeout = Micros{7};
    rig.source.gives("hello");
    rig.start();
    QCOMPARE(rig.read(), Outcome::Ok);
    QCOMPARE(rig.output.pushes, 0);
    const Wants wants = rig.pipe.wants(rig.now);
    QCOMPARE(wants.write, state == Readiness::Blocked);
    QCOMPARE(wants.sendTimeout, Micros{state == Readiness::Blocked ? 7 : 0});
    QCOMPARE(wants.wakeAt.has_value(), state == Readiness::Delayed);
    QCOMPARE(rig.openOutput(), Outcome::Ok);
    QCOMPARE(rig.output.sent, std::string("hello"));
  }
}

SLUICE_TEST(writeRule3StopsWhileAnotherExchangeOwnsDownstream) {
  PipeRig rig;
  rig.source.gives("hello").ends();
  rig.start();
  rig.pipe.setTurn(Turn::Theirs);
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.pushes, 0);
  QVERIFY(!rig.pipe.wants(rig.now).write);
  rig.pipe.setTurn(Turn::Ours);
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
}

SLUICE_TEST(writeRule4CountsTheCapacityOfEachBlockOnce) {
  PipeRig rig(18, 4);
  ChunkedFilter chunked(ChunkedFilter::Mode::Strip);
  rig.ends.filter = &chunked;
  rig.settings.busyLimit = 36;  // two blocks, six slices
  rig.output.takes = 0;
  rig.source.gives(tinyChunks("abcdefghijkl"));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.held.size(), std::size_t{6});
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{6});
}

SLUICE_TEST(writeRule4AtTheLimitItOnlyAsksForAFlush) {
  PipeRig rig;
  rig.settings.busyLimit = 32;
  rig.output.takes = 0;
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{32});
  rig.output.state = Readiness::Ready;
  rig.output.takes = 5;
  const int flushes = rig.output.emptyPushes;
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.emptyPushes, flushes + 1);
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{27});
}

SLUICE_TEST(writeRule5StopsBeforeTheBlockThatWouldExceedTheLimit) {
  PipeRig rig;
  rig.settings.busyLimit = 40;  // two blocks of 16 fit, a third does not
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.output.takes = 0;
  rig.output.state = Readiness::Ready;
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{32});
}

SLUICE_TEST(writeRule5OneBlockAlwaysGoes) {
  PipeRig rig;
  rig.settings.busyLimit = 1;
  rig.source.gives(numbered(100)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(100));
}

SLUICE_TEST(writeRule5OutGoesFirstWhileUpstreamIsOpen) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QVERIFY(rig.output.batches[0][0].inFile());
  QCOMPARE(rig.output.sent, numbered(64));
}

SLUICE_TEST(writeRule5InWaitsForASpillInFlight) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string());
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(64));
}

SLUICE_TEST(writeRule5CacheableSendsOnlyWhatIsRecorded) {
  PipeRig rig;
  rig.settings.cacheable = true;
  rig.source.gives("abc");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.pushes, 0);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QVERIFY(rig.output.batches[0][0].inFile());
  QCOMPARE(rig.output.sent, std::string("abc"));
}

SLUICE_TEST(writeRule6NothingToMoveMakesNoCall) {
  PipeRig rig;
  rig.start();
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.pushes, 0);
}

SLUICE_TEST(writeRule6TenEmptyFlushesInARowAreBusy) {
  PipeRig rig;
  rig.settings.busyLimit = 16;
  rig.output.takes = 0;
  rig.output.blocksWhenHolding = false;  // says that it is ready, and takes nothing
  rig.source.gives(numbered(32));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Busy);
  QCOMPARE(rig.output.emptyPushes, 10);
  QCOMPARE(rig.output.heldBytes(), std::uint64_t{16});
  rig.output.takes = ~std::uint64_t{0};
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(32));
}

// Not in the lineage: without it, bytes that the client did not take at once would wait for the next bytes of upstream.
SLUICE_TEST(flushesWhatTheOutputHoldsWithoutNewBytes) {
  PipeRig rig;
  rig.output.takes = 2;
  rig.source.gives("hello");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("he"));
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("hello"));
}

SLUICE_TEST(writeRule7SentSlicesAreFreedBeforeTheErrorIsLookedAt) {
  PipeRig rig;
  rig.settings.cacheable = true;  // goes on reading, and so needs its blocks
  rig.source.gives(numbered(400)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.output.failure = kReset;
  rig.output.takesBeforeFailure = 20;
  for (int i = 0; i < 100 && rig.spill.inFlight; ++i) QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.output.pushes, 1);
  QCOMPARE(rig.pipe.phase(), Phase::Stopped);
  QCOMPARE(rig.pipe.upstream(), Upstream::Eof);
  QCOMPARE(rig.spill.storage.content, numbered(400));
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}

SLUICE_TEST(writeRule7ErrorWhileMemoryIsBusyReturnsEveryBlock) {
  PipeRig rig;
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.output.failure = kReset;
  rig.output.takesBeforeFailure = 20;
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Stopped);
  QCOMPARE(rig.pipe.downstreamError(), kReset);
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}

SLUICE_TEST(writeRule8LastSliceOfABlockFreesIt) {
  PipeRig rig(18, 1);
  ChunkedFilter chunked(ChunkedFilter::Mode::Strip);
  rig.ends.filter = &chunked;
  rig.output.takes = 2;  // of three slices
  rig.source.gives(tinyChunks("abcdef"));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{18});
  rig.output.takes = 1;
  rig.output.state = Readiness::Ready;
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{36});
}

SLUICE_TEST(writeRule8CyclicFileStartsAgainAtZero) {
  for (const bool cyclic : {true, false}) {
    PipeRig rig;
    rig.settings.overflow = Overflow::Spill;
    rig.settings.cyclicSpill = cyclic;
    rig.blockOutput();
    rig.source.gives(numbered(300));
    rig.start();
    QCOMPARE(rig.read(), Outcome::Ok);
    QCOMPARE(rig.spilled(), Outcome::Ok);
    QCOMPARE(rig.pipe.spillSize(), std::uint64_t{64});  // two writes of 32, the second in flight
    QCOMPARE(rig.spilled(), Outcome::Ok);
    rig.spill.complete(rig.pipe);
    rig.output.takes = 96;  // exactly what lies in the file
    rig.output.state = Readiness::Ready;
    QCOMPARE(rig.write(), Outcome::Ok);
    rig.blockOutput();
    QCOMPARE(rig.read(), Outcome::Ok);
    while (rig.spill.inFlight && rig.pipe.bytesReceived() < 300) QCOMPARE(rig.spilled(), Outcome::Ok);
    if (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
    QCOMPARE(std::any_of(rig.spill.done.begin() + 1, rig.spill.done.end(), [](const auto& w) { return w.offset == 0; }),
             cyclic);
    rig.source.ends();
    QCOMPARE(rig.openOutput(), Outcome::Ok);
    while (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
    QCOMPARE(rig.output.sent, numbered(300));
  }
}

SLUICE_TEST(writeRule8CacheableFileNeverStartsAgain) {
  PipeRig rig;
  rig.settings.cacheable = true;
  rig.settings.cyclicSpill = true;
  rig.source.gives("abc").blocks().gives("def");
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  if (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.output.sent, std::string("abcdef"));
  QCOMPARE(rig.spill.storage.content, std::string("abcdef"));
}

SLUICE_TEST(marksTheLastSliceOfAWholeMessage) {
  PipeRig rig;
  rig.settings.markLast = true;
  rig.withLength(20);
  rig.source.gives(numbered(20));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.output.lastSeen);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}

SLUICE_TEST(marksTheEndWithAnEmptySliceWhenAllWasHandedOverBefore) {
  PipeRig rig;
  rig.settings.markLast = true;
  rig.source.gives("abc").blocks().ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(!rig.output.lastSeen);
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.output.lastSeen);
  QCOMPARE(rig.output.batches.back().size(), std::size_t{1});
  QCOMPARE(rig.output.batches.back()[0].size, std::uint64_t{0});
}

SLUICE_TEST(doesNotMarkTheEndOfACutMessage) {
  PipeRig rig;
  rig.settings.markLast = true;
  rig.withLength(20);
  rig.source.gives("abc").ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(!rig.output.lastSeen);
  QCOMPARE(rig.pipe.upstreamError().code, Code::EndedEarly);
}

SLUICE_TEST(drainOfACacheablePipeGoesOnReading) {
  PipeRig rig;
  rig.settings.cacheable = true;
  rig.source.gives(numbered(40)).blocks().gives(numbered(200)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.pipe.failDownstream(kReset);
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Running);
  QVERIFY(!rig.pipe.wants(rig.now).write);
  while (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Stopped);
  QCOMPARE(rig.spill.storage.content, numbered(40) + numbered(200));
}

SLUICE_TEST(drainOfAnotherPipeStopsReading) {
  PipeRig rig;
  rig.source.gives("abc");
  rig.start();
  rig.pipe.failDownstream(kReset);
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.source.receives, 0);
  QCOMPARE(rig.pipe.phase(), Phase::Stopped);
}

SLUICE_TEST(drainWaitsForASpillInFlightBeforeItsBlocksGoBack) {
  PipeRig rig;
  rig.settings.overflow = Overflow::Spill;
  rig.blockOutput();
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  rig.pipe.failDownstream(kReset);
  QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Stopped);
  QVERIFY(!rig.pipe.idle());
  QCOMPARE(rig.pool.taken(), std::size_t{2});
  rig.spill.complete(rig.pipe);
  QVERIFY(rig.pipe.idle());
  QCOMPARE(rig.pool.taken(), std::size_t{0});
}
