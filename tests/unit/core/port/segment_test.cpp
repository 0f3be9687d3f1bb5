#include "core/port/segment.h"

#include <memory>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;

namespace {

struct Memory {
  explicit Memory(std::uint32_t chunks)
      : bytes(segmentBytes(chunks) + 64), segment(aligned(), chunks) {
    segment.format(7, 11, 12, 3);
  }
  std::byte* aligned() {
    auto address = reinterpret_cast<std::uintptr_t>(bytes.data());
    return bytes.data() + (64 - address % 64) % 64;
  }
  std::vector<std::byte> bytes;
  SegmentMemory segment;
};

}  // namespace

SLUICE_TEST(theHeaderSaysWhoSendsToWhom) {
  Memory memory(4);
  QVERIFY(memory.segment.says(7, 11, 12));
  QVERIFY(!memory.segment.says(8, 11, 12));
  QVERIFY(!memory.segment.says(7, 10, 12));
  QVERIFY(!memory.segment.says(7, 11, 13));
  QVERIFY(!SegmentMemory(memory.aligned(), 3).says(7, 11, 12));
  memory.aligned()[0] = std::byte{0};
  QVERIFY(!memory.segment.says(7, 11, 12));
}

SLUICE_TEST(aFreshSegmentHasExactlyItsChunksFree) {
  for (const std::uint32_t chunks : {1u, 63u, 64u, 65u, kSegmentChunksMax}) QCOMPARE(Memory(chunks).segment.freeCount(), chunks);
}

SLUICE_TEST(aChunkIsTakenOnce) {
  Memory memory(70);
  QVERIFY(memory.segment.takeChunk(65));
  QVERIFY(!memory.segment.takeChunk(65));
  QVERIFY(!memory.segment.isFree(65));
  memory.segment.freeChunk(65);
  QVERIFY(memory.segment.takeChunk(65));
}

SLUICE_TEST(theOutOfMemoryFlagIsTakenOnce) {
  Memory memory(1);
  QVERIFY(!memory.segment.takeOutOfMemory());
  memory.segment.setOutOfMemory();
  QVERIFY(memory.segment.takeOutOfMemory());
  QVERIFY(!memory.segment.takeOutOfMemory());
}

SLUICE_TEST(aTrackedMessageIsOwnedByWhoClaimsItFirst) {
  Memory memory(1);
  const auto slot = memory.segment.track(99);
  QVERIFY(slot.has_value());
  QVERIFY(!memory.segment.claim(*slot, 98));
  QVERIFY(!memory.segment.claim(*slot, 0));
  QVERIFY(memory.segment.claim(*slot, 99));
  QVERIFY(!memory.segment.claim(*slot, 99));
}

SLUICE_TEST(trackingWordsAreUsedUpAndComeBack) {
  Memory memory(1);
  for (std::uint32_t i = 0; i < kSegmentChunksMax; ++i) QVERIFY(memory.segment.track(i + 1).has_value());
  QVERIFY(!memory.segment.track(1).has_value());
  memory.segment.freeTracking(100);
  QCOMPARE(memory.segment.track(5).value_or(0), 100u);
}
