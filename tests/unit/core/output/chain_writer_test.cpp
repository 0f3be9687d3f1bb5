#include "core/output/chain_writer.h"

#include <vector>

#include "tests/support/pipe/fakes.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::output;
using namespace sluice::test;
using buffer::Chain;
using buffer::Slice;
using Status = pipe::OutputResult::Status;
using Readiness = pipe::OutputFilter::Readiness;

namespace {

class Owner final : public buffer::SliceOwner {
 public:
  void sliceDone(std::uint32_t ticket) override { done.push_back(ticket); }
  std::vector<std::uint32_t> done;
};

struct Rig {
  Slice slice(std::string_view text) {
    Slice made = Slice::ofMemory(asBytes(text));
    made.owner = &owner;
    made.ticket = next++;
    return made;
  }
  Slice range(std::uint64_t offset, std::uint64_t size) {
    Slice made = Slice::ofFile(file, offset, size);
    made.owner = &owner;
    made.ticket = next++;
    return made;
  }
  Status push(std::initializer_list<Slice> slices) {
    Chain chain;
    for (const Slice& each : slices) chain.pushBack(each);
    const Status status = writer.push(chain, now).status;
    SLUICE_ASSERT(chain.empty());
    return status;
  }

  MonoTime now = at(1'000'000);
  Owner owner;
  std::uint32_t next = 0;
  FakeFile file{"body.bin", "0123456789abcdefghij"};
  ScriptedStream stream;
  ChainWriter writer{stream};
};

}  // namespace

SLUICE_TEST(writerSendsAChainInOneCall) {
  Rig rig;
  QVERIFY(rig.push({rig.slice("hello "), rig.slice("big "), rig.slice("world")}) == Status::Ok);
  QCOMPARE(rig.stream.sent, std::string("hello big world"));
  QCOMPARE(rig.stream.sends, 1);
  QCOMPARE(rig.owner.done.size(), std::size_t{3});
  QCOMPARE(rig.writer.bytesSent(), std::uint64_t{15});
  QVERIFY(!rig.writer.pending());
}

SLUICE_TEST(writerAnswersAgainAndKeepsWhatIsLeft) {
  Rig rig;
  rig.stream.room = 8;
  QVERIFY(rig.push({rig.slice("hello "), rig.slice("world")}) == Status::Again);
  QCOMPARE(rig.stream.sent, std::string("hello wo"));
  QCOMPARE(rig.owner.done.size(), std::size_t{1});
  QVERIFY(rig.writer.readiness(rig.now) == Readiness::Blocked);
  QCOMPARE(rig.writer.bytesPending(), std::uint64_t{3});
  const int sends = rig.stream.sends;
  QVERIFY(rig.push({rig.slice("!")}) == Status::Again);
  QCOMPARE(rig.stream.sends, sends);  // a blocked stream is not asked
  rig.stream.room = 100;
  rig.writer.onWritable();
  QVERIFY(rig.writer.readiness(rig.now) == Readiness::Ready);
  QVERIFY(rig.writer.flush(rig.now).status == Status::Ok);
  QCOMPARE(rig.stream.sent, std::string("hello world!"));
  QCOMPARE(rig.owner.done.size(), std::size_t{3});
}

SLUICE_TEST(writerNeverPassesMoreThanItsAllowance) {
  Rig rig;
  ScriptedLimiter limiter;
  limiter.allowed = 7;
  limiter.next = at(5'000'000);
  rig.writer.setLimiter(&limiter);
  QVERIFY(rig.push({rig.slice("hello "), rig.slice("world"), rig.range(0, 10)}) == Status::Again);
  QCOMPARE(rig.stream.sent, std::string("hello w"));
  QCOMPARE(limiter.passed, std::size_t{7});
  QVERIFY(rig.writer.readiness(rig.now) == Readiness::Delayed);
  QVERIFY(rig.writer.wakeAt(rig.now) == at(5'000'000));
  limiter.allowed = 6;
  QVERIFY(rig.writer.flush(rig.now).status == Status::Again);
  QCOMPARE(rig.stream.sent, std::string("hello world01"));
  limiter.allowed = 100;
  QVERIFY(rig.writer.flush(rig.now).status == Status::Ok);
  QCOMPARE(rig.stream.sent, std::string("hello world0123456789"));
}

SLUICE_TEST(writerCoversAsManySlicesAsThePlatformTakes) {
  Rig rig;
  rig.stream.buffersMax = 4;
  Chain chain;
  for (int i = 0; i < 10; ++i) chain.pushBack(rig.slice("ab"));
  QVERIFY(rig.writer.push(chain, rig.now).status == Status::Ok);
  QCOMPARE(rig.stream.sends, 3);
  QCOMPARE(rig.stream.sent.size(), std::size_t{20});
}

SLUICE_TEST(writerJoinsAdjacentRangesOfOneFile) {
  Rig rig;
  FakeFile other("other.bin", "OTHER-FILE");
  QVERIFY(rig.push({rig.range(0, 5), rig.range(5, 5), rig.range(10, 2), rig.range(15, 2),
                    Slice::ofFile(other, 2, 3)}) == Status::Ok);
  QCOMPARE(rig.stream.sent, std::string("0123456789abfgHER"));
  QCOMPARE(rig.stream.fileSends, 3);
  QCOMPARE(rig.owner.done.size(), std::size_t{4});
}

SLUICE_TEST(writerKeepsOrderOfMemoryAndFiles) {
  Rig rig;
  rig.stream.takes = 3;
  for (int i = 0; i < 1000 && rig.stream.sent.size() < 22; ++i) {
    if (i == 0) {
      (void)rig.push({rig.slice("<<"), rig.range(2, 9), rig.slice("--"), rig.range(0, 7), rig.slice(">>")});
    } else {
      rig.writer.onWritable();
      (void)rig.writer.flush(rig.now);
    }
  }
  QCOMPARE(rig.stream.sent, std::string("<<23456789a--0123456>>"));
  for (std::uint32_t i = 0; i < 5; ++i) QCOMPARE(rig.owner.done[i], i);
}

SLUICE_TEST(writerIsNotDoneWhileTheStreamHoldsBytesBack) {
  Rig rig;
  rig.stream.heldBack = 29;
  rig.stream.flushable = false;
  QVERIFY(rig.push({rig.slice("hello")}) == Status::Again);
  QVERIFY(rig.writer.pending());
  QVERIFY(rig.writer.readiness(rig.now) == Readiness::Blocked);
  rig.stream.flushable = true;
  rig.writer.onWritable();
  QVERIFY(rig.writer.flush(rig.now).status == Status::Ok);
  QCOMPARE(rig.stream.flushes, 2);
  QVERIFY(!rig.writer.pending());
}

SLUICE_TEST(writerMakesNoZeroByteSend) {
  Rig rig;  // ScriptedStream asserts that no piece is empty
  QVERIFY(rig.push({}) == Status::Ok);
  Slice flush = rig.slice("");
  flush.flush = true;
  QVERIFY(rig.push({flush}) == Status::Ok);
  QCOMPARE(rig.stream.sends, 0);
  QVERIFY(rig.push({rig.slice("a"), flush, rig.slice("b"), flush}) == Status::Ok);
  QCOMPARE(rig.stream.sends, 1);
  QCOMPARE(rig.stream.sent, std::string("ab"));
  rig.writer.appendOwned("");
  QVERIFY(!rig.writer.pending());
}

SLUICE_TEST(writerSaysDoneOnceWithTheLastSlice) {
  Rig rig;
  Slice last = rig.slice("end");
  last.last = true;
  rig.stream.room = 2;
  QVERIFY(rig.push({last}) == Status::Again);
  rig.stream.room = 100;
  rig.writer.onWritable();
  QVERIFY(rig.writer.flush(rig.now).status == Status::Done);
  QVERIFY(rig.writer.flush(rig.now).status == Status::Ok);
}

SLUICE_TEST(writerSendsOwnedTextAheadOfSlices) {
  Rig rig;
  rig.stream.room = 10;
  rig.writer.appendOwned(std::string("HTTP/1.1 200 OK\r\n"));
  rig.writer.appendOwned(std::string("\r\n"));
  QVERIFY(rig.writer.pending());
  QVERIFY(rig.push({rig.slice("body")}) == Status::Again);
  rig.stream.room = 100;
  rig.writer.onWritable();
  QVERIFY(rig.writer.flush(rig.now).status == Status::Ok);
  QCOMPARE(rig.stream.sent, std::string("HTTP/1.1 200 OK\r\n\r\nbody"));
  rig.writer.append(rig.slice("more"));
  QVERIFY(rig.writer.flush(rig.now).status == Status::Ok);
  QVERIFY(rig.stream.sent.ends_with("bodymore"));
}

SLUICE_TEST(writerFailsForGoodAndTellsEveryOwner) {
  Rig rig;
  rig.stream.room = 3;
  QVERIFY(rig.push({rig.slice("hello"), rig.slice("world")}) == Status::Again);
  rig.stream.failure = {Code::ConnectionReset, Side::Client, 104, {}};
  rig.writer.onWritable();
  rig.writer.appendOwned("tail");
  Chain chain;
  const auto result = rig.writer.push(chain, rig.now);
  QVERIFY(result.status == Status::Failed);
  QCOMPARE(result.error.systemCode, 104);
  QCOMPARE(rig.owner.done.size(), std::size_t{2});
  QVERIFY(rig.writer.failed());
  QVERIFY(rig.push({rig.slice("later")}) == Status::Failed);
  QCOMPARE(rig.owner.done.size(), std::size_t{3});
  QCOMPARE(rig.writer.bytesPending(), std::uint64_t{0});
}

SLUICE_TEST(writerReportsAFileThatBecameShorter) {
  Rig rig;
  rig.file.content = "0123";
  Chain chain;
  chain.pushBack(rig.range(4, 10));
  const auto result = rig.writer.push(chain, rig.now);
  QVERIFY(result.status == Status::Failed);
  QCOMPARE(result.error.code, Code::FileChanged);
  QVERIFY(result.error.detail.find("body.bin") != std::string::npos);
  QVERIFY(result.error.detail.find("14") != std::string::npos);
  QCOMPARE(rig.owner.done.size(), std::size_t{1});
}

SLUICE_TEST(writerStopsAfterItsShareOfATurn) {
  Rig rig;
  const std::string big(limits::kSendTurnBytes, 'x');
  QVERIFY(rig.push({rig.slice(big), rig.slice("more")}) == Status::Again);
  QCOMPARE(rig.stream.sent.size(), big.size());
  QVERIFY(rig.writer.readiness(rig.now) == Readiness::Ready);
  QVERIFY(rig.writer.flush(rig.now).status == Status::Ok);
  QCOMPARE(rig.stream.sent.size(), big.size() + 4);
}

SLUICE_TEST(writerTakesANewStream) {
  Rig rig;
  ScriptedStream other;
  QVERIFY(rig.push({rig.slice("a")}) == Status::Ok);
  rig.writer.setStream(other);
  QVERIFY(rig.push({rig.slice("b")}) == Status::Ok);
  QCOMPARE(other.sent, std::string("b"));
}

SLUICE_TEST(writerRefusesFilesOnAStreamThatCannotSendThem) {
  Rig rig;
  rig.stream.canSendFile = false;
  setBugsAreFatal(false);
  QVERIFY(rig.push({rig.range(0, 3)}) == Status::Failed);
  setBugsAreFatal(true);
  QCOMPARE(rig.stream.fileSends, 0);
}
