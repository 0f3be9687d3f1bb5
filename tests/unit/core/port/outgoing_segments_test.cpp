#include "core/port/outgoing_segments.h"

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;

namespace {

constexpr std::size_t kChunk = limits::kChunkBytes;

struct Segments {
  explicit Segments(std::uint32_t chunks = 8, std::size_t count = 2)
      : outgoing({1, 2, 3}, {count * segmentBytes(chunks), chunks},
                 [this](const SegmentNews& news, platform::Handle) {
                   announced.push_back(news);
                   return accepts;
                 }) {}
  // As the receiver does it.
  void freeAsReceiver(const SharedBuffer& copy) {
    auto* page = copy.data - copy.firstChunk * kChunk - kSegmentHeaderBytes;
    const SegmentMemory memory(page, 8);
    for (std::uint32_t i = 0; i < copy.chunks; ++i) memory.freeChunk(copy.firstChunk + i);
  }
  bool accepts = true;
  std::vector<SegmentNews> announced;
  OutgoingSegments outgoing;
};

}  // namespace

SLUICE_TEST(firstFitTakesTheFirstRunThatIsLongEnough) {
  Segments s;
  auto one = s.outgoing.allocate(1);
  auto two = s.outgoing.allocate(2 * kChunk);
  auto three = s.outgoing.allocate(kChunk);
  QCOMPARE(one.firstChunk, 0u);
  QCOMPARE(two.firstChunk, 1u);
  QCOMPARE(three.firstChunk, 3u);
  s.outgoing.release(one);
  QCOMPARE(s.outgoing.allocate(2 * kChunk).firstChunk, 4u);
  QCOMPARE(s.outgoing.allocate(kChunk).firstChunk, 0u);
}

SLUICE_TEST(aRunIsGivenBackIfOneOfItsChunksIsBusy) {
  Segments s;
  auto first = s.outgoing.allocate(kChunk);
  auto second = s.outgoing.allocate(kChunk);
  s.outgoing.release(first);
  QCOMPARE(s.outgoing.allocate(3 * kChunk).firstChunk, 2u);
  QCOMPARE(s.outgoing.freeChunks(), std::size_t(8 - 1 - 3));
  QVERIFY(bool(second));
}

SLUICE_TEST(anotherSegmentIsMadeUpToTheLimitThenItIsAgain) {
  Segments s(8, 2);
  for (int i = 0; i < 16; ++i) QVERIFY(bool(s.outgoing.allocate(kChunk)));
  QCOMPARE(s.announced.size(), std::size_t(2));
  QCOMPARE(s.announced[1].id, 1u);
  QVERIFY(!s.outgoing.isWaiting());
  QVERIFY(!s.outgoing.allocate(kChunk));
  QVERIFY(s.outgoing.isWaiting());
  s.outgoing.memoryFreed();
  QVERIFY(!s.outgoing.isWaiting());
}

SLUICE_TEST(whenAllIsFullEachSegmentHasItsOutOfMemoryFlag) {
  Segments s(8, 1);
  auto all = s.outgoing.allocate(8 * kChunk);
  QVERIFY(!s.outgoing.allocate(1));
  const SegmentMemory memory(all.data - kSegmentHeaderBytes, 8);
  QVERIFY(memory.takeOutOfMemory());
}

SLUICE_TEST(moreThanASegmentHoldsIsNeverGiven) {
  Segments s;
  QVERIFY(!s.outgoing.allocate(8 * kChunk + 1));
  QVERIFY(!s.outgoing.allocate(0));
  QVERIFY(!s.outgoing.isWaiting());
}

SLUICE_TEST(aSentBufferBelongsToTheReceiver) {
  Segments s(8, 1);
  auto buffer = s.outgoing.allocate(4 * kChunk);
  buffer.size = kChunk + 1;
  const auto copy = buffer;
  const auto ref = s.outgoing.handOver(buffer);
  QVERIFY(!buffer);
  QCOMPARE(ref.size, std::uint32_t(kChunk + 1));
  // Only chunks past what is sent came back.
  QCOMPARE(s.outgoing.freeChunks(), std::size_t(6));
  s.outgoing.release(buffer);
  QCOMPARE(s.outgoing.freeChunks(), std::size_t(6));
  auto sent = copy;
  sent.chunks = 2;
  s.freeAsReceiver(sent);
  QCOMPARE(s.outgoing.freeChunks(), std::size_t(8));
}

SLUICE_TEST(aBufferGrowsInPlaceWhileTheNextChunksAreFree) {
  Segments s(8, 1);
  auto buffer = s.outgoing.allocate(kChunk);
  auto* data = buffer.data;
  QVERIFY(s.outgoing.increase(buffer, 4 * kChunk, 4 * kChunk));
  QCOMPARE(buffer.capacity(), 4 * kChunk);
  QCOMPARE(buffer.data, data);
  QVERIFY(s.outgoing.increase(buffer, 20 * kChunk, 5 * kChunk));
  QCOMPARE(buffer.chunks, 8u);
}

SLUICE_TEST(aBufferThatCannotGrowToItsMinimumGivesAllOfThemBack) {
  Segments s(8, 1);
  auto buffer = s.outgoing.allocate(kChunk);
  auto far = s.outgoing.allocate(3 * kChunk);
  auto block = s.outgoing.allocate(kChunk);
  s.outgoing.release(far);
  const auto before = s.outgoing.freeChunks();
  QVERIFY(!s.outgoing.increase(buffer, 6 * kChunk, 5 * kChunk));
  QCOMPARE(s.outgoing.freeChunks(), before);
  QCOMPARE(buffer.chunks, 1u);
  QVERIFY(bool(block));
}

SLUICE_TEST(aChunkThatIsHeldIsNotGivenOutWhateverTheReceiverSays) {
  Segments s(8, 1);
  auto held = s.outgoing.allocate(8 * kChunk);
  s.freeAsReceiver(held);
  QCOMPARE(s.outgoing.freeChunks(), std::size_t(8));
  QVERIFY(!s.outgoing.allocate(kChunk));
  s.outgoing.shrink(held, kChunk);  // free again are the seven behind it
  s.freeAsReceiver(held);
  auto others = s.outgoing.allocate(7 * kChunk);
  QCOMPARE(others.firstChunk, 1u);
  s.outgoing.shrink(held, 0);
  held = s.outgoing.allocate(kChunk);
  s.freeAsReceiver(others);
  QVERIFY(!s.outgoing.increase(held, 2 * kChunk, 2 * kChunk));  // the next chunk is held, too
  QCOMPARE(held.chunks, 1u);
}

SLUICE_TEST(aCancelledMessageGivesItsChunksBack) {
  Segments s(8, 1);
  auto buffer = s.outgoing.allocate(2 * kChunk);
  buffer.size = 2 * kChunk;
  const auto track = s.outgoing.track(5);
  const auto ref = s.outgoing.handOver(buffer);
  QVERIFY(s.outgoing.cancel(*track, 5));
  auto back = s.outgoing.takeBack(ref);
  QCOMPARE(back.size, std::uint32_t(2 * kChunk));
  s.outgoing.release(back);
  QCOMPARE(s.outgoing.freeChunks(), std::size_t(8));
}

SLUICE_TEST(whoCancelsTooLateFreesTheTrackingWord) {
  Segments s(8, 1);
  for (std::uint32_t stream = 1; stream <= 2 * kSegmentChunksMax; ++stream) {
    auto buffer = s.outgoing.allocate(1);
    const auto track = s.outgoing.track(stream);
    QVERIFY2(track.has_value(), std::to_string(stream).c_str());
    auto* page = buffer.data - buffer.firstChunk * kChunk - kSegmentHeaderBytes;
    QVERIFY(SegmentMemory(page, 8).claim(track->slot, stream));  // the receiver has begun
    QVERIFY(!s.outgoing.cancel(*track, stream));
    s.outgoing.release(buffer);
  }
}

SLUICE_TEST(whenTheReceiverDiesItsChunksComeBackAndHeldOnesStay) {
  Segments s(8, 1);
  auto sent = s.outgoing.allocate(3 * kChunk);
  sent.size = 3 * kChunk;
  s.outgoing.handOver(sent);
  auto held = s.outgoing.allocate(kChunk);
  s.outgoing.reclaim();
  QCOMPARE(s.outgoing.freeChunks(), std::size_t(7));
  QVERIFY(bool(held));
}

SLUICE_TEST(aSegmentThatCannotBeAnnouncedIsNotUsed) {
  Segments s;
  s.accepts = false;
  QVERIFY(!s.outgoing.allocate(1));
  QCOMPARE(s.outgoing.segments(), std::size_t(0));
  // There is nothing whose freeing could be waited for: the next call tries again.
  QVERIFY(!s.outgoing.isWaiting());
  s.accepts = true;
  auto buffer = s.outgoing.allocate(1);
  QVERIFY(bool(buffer));
  s.outgoing.release(buffer);
}
