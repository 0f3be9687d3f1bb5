// One test or more for each rule of the spec of the output chain.
#include "core/output/output_chain.h"

#include <vector>

#include "core/output/chain_writer.h"
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
  explicit Rig(Demands demands = {}, CopyBuffers bufs = {.count = 2, .size = 8}) : chain(next, demands, &reader, bufs) {
    std::string text;
    for (int i = 0; text.size() < 400; ++i) text += std::to_string(i) + ".";
    file.content = text;
  }
  Slice memory(std::string_view text, Slice::Kind kind = Slice::Kind::Memory) {
    Slice made = Slice::ofMemory(asBytes(text), kind);
    return owned(made);
  }
  Slice range(std::uint64_t offset, std::uint64_t size) { return owned(Slice::ofFile(file, offset, size)); }
  Slice owned(Slice made) {
    made.owner = &owner;
    made.ticket = tickets++;
    return made;
  }
  Status push(std::initializer_list<Slice> slices) {
    Chain pushed;
    for (const Slice& each : slices) pushed.pushBack(each);
    result = chain.push(pushed, now);
    SLUICE_ASSERT(pushed.empty());
    return result.status;
  }
  Status resume() {
    reader.complete();
    return push({});
  }
  // Until nothing moves any more.
  Status finish(Status status = Status::Again) {
    for (int i = 0; i < 1000 && status == Status::Again; ++i) {
      if (reader.inFlight()) reader.complete();
      next.state = Readiness::Ready;
      status = push({});
    }
    return status;
  }

  MonoTime now = at(1'000'000);
  Owner owner;
  std::uint32_t tickets = 0;
  FakeFile file{"body.bin"};
  FakeReader reader;
  ScriptedOutput next;
  pipe::OutputResult result;
  OutputChain chain;
};

}  // namespace

SLUICE_TEST(outputRule1ShortPathHandsTheChainStraightOn) {
  Rig rig({.sendFile = true});
  QVERIFY(rig.push({rig.memory("hello")}) == Status::Ok);
  QVERIFY(rig.push({rig.range(0, 10)}) == Status::Ok);
  QVERIFY(rig.push({}) == Status::Ok);
  QCOMPARE(rig.next.pushes, 3);
  QVERIFY(rig.next.batches[0][0].owner == &rig.owner);
  QCOMPARE(rig.next.sent, "hello" + rig.file.content.substr(0, 10));
  QCOMPARE(rig.chain.bytesCopied(), std::uint64_t{0});
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{0});
  QCOMPARE(rig.owner.done.size(), std::size_t{2});
}

SLUICE_TEST(outputRule2SlicesThatMayPassDoNotOvertakeCopies) {
  Rig rig({.needInTemp = true});
  QVERIFY(rig.push({rig.memory("a"), rig.memory("readonly", Slice::Kind::ReadOnly), rig.memory("b")}) == Status::Ok);
  QCOMPARE(rig.next.sent, std::string("areadonlyb"));
  QCOMPARE(rig.chain.bytesCopied(), std::uint64_t{8});
}

SLUICE_TEST(outputRule2EmptySliceWithoutFlagIsDroppedAndReportedOnce) {
  Rig rig;
  setBugsAreFatal(false);
  const auto before = bugCount();
  QVERIFY(rig.push({rig.memory("a"), rig.memory(""), rig.memory("b"), rig.memory("")}) == Status::Ok);
  QCOMPARE(bugCount(), before + 1);
  setBugsAreFatal(true);
  QCOMPARE(rig.next.sent, std::string("ab"));
  QCOMPARE(rig.owner.done.size(), std::size_t{4});
  for (const auto& batch : rig.next.batches) {
    for (const Slice& slice : batch) QVERIFY(slice.size > 0);
  }
}

SLUICE_TEST(outputRule2FlaggedEmptySlicePasses) {
  Rig rig({.needInMemory = true, .needInTemp = true});
  Slice last = rig.memory("", Slice::Kind::ReadOnly);
  last.last = true;
  QVERIFY(rig.push({rig.memory("x", Slice::Kind::ReadOnly), last}) == Status::Ok);
  QVERIFY(rig.next.lastSeen);
  QCOMPARE(rig.owner.done.size(), std::size_t{2});
}

SLUICE_TEST(outputRule2FlagsGoWithTheLastCopiedByte) {
  Rig rig({.needInTemp = true}, {.count = 4, .size = 4});
  Slice slice = rig.memory("0123456789", Slice::Kind::ReadOnly);
  slice.last = slice.flush = true;
  QVERIFY(rig.finish(rig.push({slice})) == Status::Ok);
  std::vector<Slice> seen;
  for (const auto& batch : rig.next.batches) seen.insert(seen.end(), batch.begin(), batch.end());
  QVERIFY(seen.size() > 1);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    QCOMPARE(seen[i].last, i + 1 == seen.size());
    QCOMPARE(seen[i].flush, i + 1 == seen.size());
  }
  QCOMPARE(rig.next.sent, std::string("0123456789"));
}

SLUICE_TEST(outputRule3MemoryIsBoundedAndDataStreams) {
  Rig rig({.needInTemp = true}, {.count = 2, .size = 8});
  const std::string body(1000, 'x');
  rig.next.takes = 0;
  QVERIFY(rig.push({rig.memory(body, Slice::Kind::ReadOnly)}) == Status::Again);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{2});
  QCOMPARE(rig.next.heldBytes(), std::uint64_t{16});
  rig.next.takes = 5;
  for (int i = 0; i < 1000 && rig.next.sent.size() < body.size(); ++i) {
    rig.next.state = Readiness::Ready;
    (void)rig.push({});
    QVERIFY(rig.chain.buffersAllocated() <= 2);
  }
  QCOMPARE(rig.next.sent, body);
}

SLUICE_TEST(outputRule3SendsTheBatchBeforeItAllocates) {
  Rig rig({.needInTemp = true}, {.count = 8, .size = 8});
  const std::string body(64, 'x');
  QVERIFY(rig.push({rig.memory(body, Slice::Kind::ReadOnly)}) == Status::Ok);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{1});  // the first came back before a second was needed
}

SLUICE_TEST(outputRule4LastSliceGetsABufferOfItsOwnSize) {
  Rig rig({.needInTemp = true}, {.count = 2, .size = 4096});
  Slice slice = rig.memory("small", Slice::Kind::ReadOnly);
  slice.last = true;
  rig.next.takes = 0;
  QVERIFY(rig.push({slice}) == Status::Again);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{1});
  QVERIFY(rig.finish((rig.next.takes = 100, Status::Again)) == Status::Ok);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{0});  // not recycled
  QVERIFY(rig.push({rig.memory("small", Slice::Kind::ReadOnly)}) == Status::Ok);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{1});  // not the last: a normal one, and kept
}

SLUICE_TEST(outputRule4SingleBufferTakesAQuarterMoreRatherThanTwoRounds) {
  for (const std::size_t size : {std::size_t{99}, std::size_t{100}, std::size_t{124}, std::size_t{125}}) {
    Rig rig({.needInTemp = true}, {.count = 1, .size = 100});
    const std::string body(size, 'x');
    Slice slice = rig.memory(body, Slice::Kind::ReadOnly);
    slice.last = true;
    QVERIFY(rig.finish(rig.push({slice})) == Status::Ok);
    QCOMPARE(rig.next.sent, body);
    QCOMPARE(rig.next.batches[0][0].size, std::uint64_t{size < 125 ? size : 100});
  }
}

SLUICE_TEST(outputRule5DirectReadsAreAligned) {
  Rig rig({.alignment = 64}, {.count = 2, .size = 128});
  rig.file.direct = true;
  rig.file.canChangeDirect = true;
  QVERIFY(rig.finish(rig.push({rig.range(10, 380)})) == Status::Ok);
  QCOMPARE(rig.next.sent, rig.file.content.substr(10, 380));
  const auto& asked = rig.reader.asked;
  QCOMPARE(asked[0].offset, std::uint64_t{10});
  QCOMPARE(asked[0].size, std::size_t{54});  // up to the boundary, alone
  QVERIFY(!asked[0].direct);
  for (std::size_t i = 1; i < asked.size(); ++i) {
    QCOMPARE(asked[i].offset % 64, std::uint64_t{0});
    QCOMPARE(asked[i].direct, asked[i].size % 64 == 0);
  }
  for (const auto& each : asked) QCOMPARE(each.address % 64, std::uintptr_t{0});
  QVERIFY(rig.file.direct);  // on again
  QCOMPARE(rig.file.directChanges.size() % 2, std::size_t{0});
}

SLUICE_TEST(outputRule5UnalignedPartHasABufferOfItsOwn) {
  Rig rig({.alignment = 64}, {.count = 1, .size = 128});
  rig.file.direct = true;
  QVERIFY(rig.finish(rig.push({rig.range(0, 128)})) == Status::Ok);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{1});
  QVERIFY(rig.push({rig.range(60, 4)}) == Status::Again);
  QCOMPARE(rig.reader.asked.back().size, std::size_t{4});
  QVERIFY(rig.finish() == Status::Ok);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{0});
}

SLUICE_TEST(outputRule5GoesOnBufferedWhenDirectModeCannotBeChanged) {
  Rig rig({.alignment = 64}, {.count = 2, .size = 128});
  rig.file.direct = true;
  rig.file.canChangeDirect = false;
  QVERIFY(rig.finish(rig.push({rig.range(10, 100)})) == Status::Ok);
  QCOMPARE(rig.next.sent, rig.file.content.substr(10, 100));
}

SLUICE_TEST(outputRule6ReadInFlightIsAgainAndResumed) {
  Rig rig({.needInMemory = true}, {.count = 2, .size = 50});
  QVERIFY(rig.push({rig.memory("head:"), rig.range(0, 120), rig.memory(":tail")}) == Status::Again);
  QVERIFY(rig.chain.reading());
  QVERIFY(rig.chain.readiness(rig.now) == Readiness::WaitsForFile);
  QCOMPARE(rig.next.sent, std::string("head:"));  // does not wait for the file
  QVERIFY(rig.push({}) == Status::Again);
  QCOMPARE(rig.reader.asked.size(), std::size_t{1});
  QVERIFY(rig.resume() == Status::Again);
  QVERIFY(rig.resume() == Status::Again);
  QVERIFY(rig.resume() == Status::Ok);
  QCOMPARE(rig.next.sent, "head:" + rig.file.content.substr(0, 120) + ":tail");
  QCOMPARE(rig.reader.asked.size(), std::size_t{3});
  QCOMPARE(rig.owner.done.size(), std::size_t{3});
}

SLUICE_TEST(outputRule6ShortReadMeansTheFileChanged) {
  Rig rig({.needInMemory = true}, {.count = 2, .size = 50});
  QVERIFY(rig.push({rig.range(0, 100), rig.memory("never")}) == Status::Again);
  rig.file.content.resize(20);
  QVERIFY(rig.resume() == Status::Failed);
  QCOMPARE(rig.result.error.code, Code::FileChanged);
  for (const char* part : {"body.bin", "20 bytes", "50 expected"}) {
    QVERIFY2(rig.result.error.detail.find(part) != std::string::npos, rig.result.error.detail.c_str());
  }
  QCOMPARE(rig.next.sent, std::string());
  QCOMPARE(rig.owner.done.size(), std::size_t{2});
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{0});
}

SLUICE_TEST(outputRule6FailedReadIsAnError) {
  Rig rig({.needInMemory = true});
  QVERIFY(rig.push({rig.range(0, 100)}) == Status::Again);
  rig.reader.fail({Code::AccessDenied, Side::Local, 13, "body.bin"});
  QVERIFY(rig.push({}) == Status::Failed);
  QCOMPARE(rig.result.error.systemCode, 13);
}

SLUICE_TEST(outputRule7OwnBuffersComeBackAndOthersGoToTheirOwner) {
  Rig rig({.needInTemp = true}, {.count = 2, .size = 8});
  rig.next.takes = 4;  // the memory slice, then half of the first copy
  QVERIFY(rig.push({rig.memory("pass"), rig.memory("0123456789abcdef", Slice::Kind::ReadOnly)}) == Status::Again);
  QCOMPARE(rig.owner.done.size(), std::size_t{2});  // the second is copied completely: its owner may have it back
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{2});
  QVERIFY(rig.chain.pending());
  rig.next.takes = 100;
  rig.next.state = Readiness::Ready;
  QVERIFY(rig.push({}) == Status::Ok);
  QVERIFY(!rig.chain.pending());
  QVERIFY(rig.push({rig.memory("more", Slice::Kind::ReadOnly)}) == Status::Ok);
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{2});  // recycled
}

SLUICE_TEST(outputRule8Results) {
  Rig rig;
  QVERIFY(rig.push({rig.memory("ok")}) == Status::Ok);
  rig.next.takes = 1;
  QVERIFY(rig.push({rig.memory("again")}) == Status::Again);
  rig.next.failure = {Code::ConnectionReset, Side::Client, 104, {}};
  QVERIFY(rig.push({rig.memory("error")}) == Status::Failed);
  QCOMPARE(rig.owner.done.size(), std::size_t{3});

  ScriptedStream stream;
  ChainWriter writer(stream);
  OutputChain chain(writer, {}, nullptr);
  Slice last = Slice::ofMemory(asBytes("end"));
  last.last = true;
  Chain pushed;
  pushed.pushBack(last);
  QVERIFY(chain.push(pushed, rig.now).status == Status::Done);
}

SLUICE_TEST(outputDemandsDecideWhatPasses) {
  struct Case {
    Demands demands;
    bool memory, readOnly, file;
  };
  const Case cases[] = {
      {{}, true, true, false},
      {{.sendFile = true}, true, true, true},
      {{.sendFile = true, .needInMemory = true}, true, true, false},
      {{.sendFile = true, .needInTemp = true}, true, false, false},
  };
  for (const Case& each : cases) {
    Rig rig(each.demands, {.count = 2, .size = 100});
    const auto copied = [&](const Slice& slice) {
      const auto before = rig.chain.bytesCopied();
      (void)rig.finish(rig.push({slice}));
      return rig.chain.bytesCopied() != before;
    };
    QCOMPARE(copied(rig.memory("abc")), !each.memory);
    QCOMPARE(copied(rig.memory("abc", Slice::Kind::ReadOnly)), !each.readOnly);
    QCOMPARE(copied(rig.range(0, 50)), !each.file);
    QCOMPARE(rig.next.sent, "abcabc" + rig.file.content.substr(0, 50));
  }
}

SLUICE_TEST(outputDiscardLetsAReadInFlightFinish) {
  Rig rig({.needInMemory = true});
  QVERIFY(rig.push({rig.range(0, 100), rig.memory("tail")}) == Status::Again);
  rig.chain.discard();
  QCOMPARE(rig.owner.done.size(), std::size_t{2});
  QVERIFY(rig.chain.reading());
  QVERIFY(rig.push({rig.memory("new")}) == Status::Again);
  rig.reader.complete();
  QVERIFY(!rig.chain.reading());
  QVERIFY(rig.push({}) == Status::Ok);
  QCOMPARE(rig.next.sent, std::string("new"));
}

SLUICE_TEST(outputDiscardAfterAFinishedReadDropsIt) {
  Rig rig({.needInMemory = true});
  QVERIFY(rig.push({rig.range(0, 100)}) == Status::Again);
  rig.reader.complete();
  rig.chain.discard();
  QVERIFY(rig.push({rig.memory("new")}) == Status::Ok);
  QCOMPARE(rig.next.sent, std::string("new"));
  QCOMPARE(rig.chain.buffersAllocated(), std::size_t{0});
}

SLUICE_TEST(outputLargeBodyGoesOutInConstantMemory) {
  Rig rig({.needInMemory = true}, {.count = 2, .size = 4096});
  rig.file.content.assign(std::size_t{16} << 20, 'x');
  rig.next.takes = 3000;
  Status status = rig.push({rig.range(0, rig.file.content.size())});
  std::size_t most = 0;
  while (status == Status::Again) {
    if (rig.reader.inFlight()) rig.reader.complete();
    rig.next.state = Readiness::Ready;
    rig.next.batches.clear();
    status = rig.push({});
    most = std::max(most, rig.chain.buffersAllocated());
  }
  QVERIFY(status == Status::Ok);
  QCOMPARE(most, std::size_t{2});
  QCOMPARE(rig.next.sent.size(), rig.file.content.size());
}
