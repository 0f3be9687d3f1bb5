// One test or more for each paragraph of the spec's section on the spill file.
#include "core/pipe/chunked_filter.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/rig.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;
using namespace sluice::test;

namespace {
struct SpillRig : PipeRig {
  explicit SpillRig(std::size_t blockBytes = 16, std::size_t maxBlocks = 4) : PipeRig(blockBytes, maxBlocks) {
    settings.overflow = Overflow::Spill;
    blockOutput();
  }
};
}  // namespace

SLUICE_TEST(spillBatchStaysWithinTheWriteSize) {
  SpillRig rig;
  rig.settings.spillWriteSize = 40;  // two blocks of 16
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.spillSize(), std::uint64_t{32});
}

SLUICE_TEST(spillWriteSizeIsAtLeastABlock) {
  SpillRig rig;
  rig.settings.spillWriteSize = 1;
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.spillSize(), std::uint64_t{16});
}

SLUICE_TEST(spillFileStaysWithinItsLargestSize) {
  SpillRig rig;
  rig.settings.maxSpillSize = 31;  // one block of 16
  rig.source.gives(numbered(640));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.spillSize(), std::uint64_t{16});
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QVERIFY(!rig.spill.inFlight);  // nothing fits any more: busy
  QCOMPARE(rig.spill.writes, 1);
  QCOMPARE(rig.pipe.spillPeak(), std::uint64_t{16});
}

SLUICE_TEST(spillNeverSplitsTheSlicesOfOneBlock) {
  SpillRig rig(18, 2);
  ChunkedFilter chunked(ChunkedFilter::Mode::Strip);
  rig.ends.filter = &chunked;
  rig.settings.spillWriteSize = 18;
  rig.settings.maxSpillSize = 5;  // three bytes for each block: a second block would fit only in part
  std::string body;
  for (char c : std::string("abcdef")) body += std::string("1\r\n") + c + "\r\n";
  rig.source.gives(body);
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.spill.done[0].bytes, std::string("abc"));
}

SLUICE_TEST(spillTakesNothingInBackpressureMode) {
  SpillRig rig;
  rig.settings.overflow = Overflow::Backpressure;
  rig.source.gives(numbered(640));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.spill.writes, 0);
}

SLUICE_TEST(spillTakesNothingWithoutAFile) {
  SpillRig rig;
  rig.ends.spill = nullptr;
  rig.source.gives(numbered(640));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.bytesReceived(), std::uint64_t{64});
}

SLUICE_TEST(spillOfACacheablePipeTakesEverythingBehindTheHeader) {
  PipeRig rig;
  const std::string header = "HTTP/1.1 200 OK\r\n\r\n";
  rig.settings.cacheable = true;
  rig.settings.maxSpillSize = 1;    // does not bind a record
  rig.settings.spillWriteSize = 1;  // neither does this
  rig.settings.recordHeader = Slice::ofMemory(asBytes(header));
  rig.source.gives(numbered(60)).blocks().gives(numbered(30)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.spill.done[0].bytes, header + numbered(60));
  for (int i = 0; i < 5 && rig.pipe.phase() == Phase::Running; ++i) {
    QCOMPARE(rig.read(), Outcome::Ok);
    if (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  }
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QCOMPARE(rig.spill.storage.content, header + numbered(60) + numbered(30));
  QCOMPARE(rig.output.sent, numbered(60) + numbered(30));  // the client does not get the header twice
}

SLUICE_TEST(spillRecordsTheHeaderOfAMessageWithoutBody) {
  PipeRig rig;
  const std::string header = "HTTP/1.1 204 No Content\r\n\r\n";
  rig.settings.cacheable = true;
  rig.settings.recordHeader = Slice::ofMemory(asBytes(header));
  rig.withLength(0);
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Running);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QCOMPARE(rig.spill.storage.content, header);
}

SLUICE_TEST(spillInFlightIsOvertakenByNothing) {
  SpillRig rig;
  rig.source.gives(numbered(64));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.pipe.spillInFlight());
  rig.source.gives(numbered(64));
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.spill.writes, 1);
  QCOMPARE(rig.output.sent, std::string());
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(64) + numbered(64));
}

SLUICE_TEST(recordThatCannotBeWrittenIsGivenUpWithoutHarmToTheBody) {
  PipeRig rig;
  rig.settings.cacheable = true;
  rig.settings.recordFailure = RecordFailure::GoOn;
  rig.source.gives(numbered(60)).blocks().gives(numbered(200)).blocks().gives(numbered(30)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  while (rig.pipe.phase() == Phase::Running && !rig.spill.inFlight) QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  rig.spill.fail(rig.pipe, {Code::NoSpace, Side::Local, 28, "spill file"});
  for (int i = 0; i < 20 && rig.pipe.phase() == Phase::Running; ++i) QCOMPARE(rig.write(), Outcome::Ok);
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
  QCOMPARE(rig.output.sent, numbered(60) + numbered(200) + numbered(30));
  QCOMPARE(rig.spill.writes, 2);  // and no third
  QCOMPARE(rig.spill.storage.content, numbered(60));
}

SLUICE_TEST(spillErrorEndsTheExchangeAndNamesFileAndCause) {
  SpillRig rig;
  rig.source.gives(numbered(100));
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  QCOMPARE(rig.spilled(), Outcome::Ok);
  rig.output.takes = 8;
  rig.output.state = OutputFilter::Readiness::Ready;
  QCOMPARE(rig.write(), Outcome::Ok);
  const Error full{Code::NoSpace, Side::Local, 28, "spill file in /tmp"};
  rig.spill.fail(rig.pipe, full);
  QCOMPARE(rig.write(), Outcome::Abort);
  QCOMPARE(rig.pipe.phase(), Phase::Aborted);
  QCOMPARE(rig.pipe.error(), full);
  QCOMPARE(rig.output.sent, numbered(8));                       // what was sent stays sent
  QCOMPARE(rig.spill.storage.content.size(), std::size_t{32});  // what was written stays readable
  QCOMPARE(rig.pool.taken(), std::size_t{0});
  QVERIFY(rig.pipe.idle());
}

SLUICE_TEST(spillRangesThatContinueAreJoined) {
  SpillRig rig;
  rig.source.gives(numbered(200)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);
  while (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  QVERIFY(rig.spill.writes > 2);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  int ranges = 0;
  for (const auto& batch : rig.output.batches) {
    for (const auto& slice : batch) ranges += slice.inFile();
  }
  QCOMPARE(ranges, 1);
  QCOMPARE(rig.output.sent, numbered(200));
}

SLUICE_TEST(spilledBlocksGoBackAtTheTail) {
  SpillRig rig;
  rig.settings.busyLimit = 32;
  rig.settings.spillWriteSize = 16;
  rig.output.takes = 0;
  rig.start();
  std::vector<const std::byte*> blocks;
  for (int i = 0; i < 4; ++i) {  // two blocks are busy, then one is spilled, one waits
    if (i < 2) rig.output.state = OutputFilter::Readiness::Ready;
    rig.source.gives(numbered(16)).blocks();
    QCOMPARE(rig.read(), Outcome::Ok);
    if (i < 3) blocks.push_back(rig.source.lastPieces[0].data());  // the next one, offered and not used
  }
  QCOMPARE(rig.read(), Outcome::Ok);
  QVERIFY(rig.spill.inFlight);
  const std::byte* spilled = blocks[1];
  QCOMPARE(rig.openOutput(), Outcome::Ok);  // two blocks are free again before the write ends
  QCOMPARE(rig.source.lastPieces.size(), std::size_t{2});
  QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.source.lastPieces.size(), std::size_t{4});
  QVERIFY(rig.source.lastPieces.back().data() == spilled);
}

SLUICE_TEST(spillFileIsNotTouchedBeforeItIsNeeded) {
  SpillRig rig;
  rig.source.gives(numbered(64)).ends();
  rig.start();
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(64));
  QCOMPARE(rig.spill.writes, 0);
}

SLUICE_TEST(spillKeepsWhatWasHandedToTheOutputInMemory) {
  SpillRig rig;
  rig.output.state = OutputFilter::Readiness::Ready;
  rig.output.takes = 0;
  rig.settings.busyLimit = 32;
  rig.source.gives(numbered(200)).ends();
  rig.start();
  QCOMPARE(rig.read(), Outcome::Ok);  // two blocks are busy, two are spilled, and so on
  while (rig.spill.inFlight) QCOMPARE(rig.spilled(), Outcome::Ok);
  QCOMPARE(rig.openOutput(), Outcome::Ok);
  QCOMPARE(rig.output.sent, numbered(200));
  QCOMPARE(rig.pipe.phase(), Phase::Complete);
}
