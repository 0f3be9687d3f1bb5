#include "core/pipe/raw_blocks.h"

#include <array>

#include "core/buffer/heap_block_pool.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::pipe;

namespace {
struct Rig {
  explicit Rig(std::size_t blocksMax) { blocks.start(pool, blocksMax); }
  ~Rig() {
    blocks.lend(0);
    if (blocks.head() != nullptr) blocks.head()->rewind();
    blocks.releaseUnused();
  }
  Block* taken() {
    blocks.grow();
    return blocks.takeHead();
  }
  buffer::HeapBlockPool pool{16};
  RawBlocks blocks;
  std::array<MutableBytes, 4> pieces{};
};
}  // namespace

SLUICE_TEST(growsUpToItsMaximum) {
  Rig rig(2);
  QVERIFY(rig.blocks.canGrow() && rig.blocks.grow());
  QVERIFY(rig.blocks.canGrow() && rig.blocks.grow());
  QVERIFY(!rig.blocks.canGrow());
  QCOMPARE(rig.blocks.held(), std::size_t{2});
  QCOMPARE(rig.blocks.freeCount(), std::size_t{2});
}

SLUICE_TEST(holdsAtLeastOneBlock) {
  Rig rig(0);
  QVERIFY(rig.blocks.canGrow());
}

SLUICE_TEST(offersTheTailOfTheHeadThenTheOthers) {
  Rig rig(3);
  for (int i = 0; i < 3; ++i) QVERIFY(rig.blocks.grow());
  QCOMPARE(rig.blocks.fillHead(5), std::size_t{5});
  auto room = rig.blocks.room(1000, rig.pieces);
  QCOMPARE(room.size(), std::size_t{3});
  QCOMPARE(room[0].size(), std::size_t{11});
  QVERIFY(room[0].data() == rig.blocks.head()->data + 5);
  QCOMPARE(room[1].size(), std::size_t{16});
  room = rig.blocks.room(13, rig.pieces);
  QCOMPARE(room.size(), std::size_t{2});
  QCOMPARE(room[1].size(), std::size_t{2});
  room = rig.blocks.room(1000, std::span(rig.pieces).first(1));
  QCOMPARE(room.size(), std::size_t{1});
}

SLUICE_TEST(fillsTheHeadNoFurtherThanItGoes) {
  Rig rig(1);
  QVERIFY(rig.blocks.grow());
  QCOMPARE(rig.blocks.fillHead(20), std::size_t{16});
  QCOMPARE(rig.blocks.head()->room(), std::uint32_t{0});
  Block* full = rig.blocks.takeHead();
  QVERIFY(rig.blocks.head() == nullptr);
  QCOMPARE(rig.blocks.freeCount(), std::size_t{0});
  QCOMPARE(rig.blocks.held(), std::size_t{1});
  rig.blocks.putBack(full);
  QCOMPARE(rig.blocks.head()->room(), std::uint32_t{16});
}

SLUICE_TEST(returnedBlockGoesToTheFront) {
  Rig rig(3);
  Block* a = rig.taken();
  QVERIFY(rig.blocks.grow());
  rig.blocks.putBack(a);
  QVERIFY(rig.blocks.head() == a);
}

SLUICE_TEST(returnedBlockGoesToSecondPlaceBehindAPartlyFilledOne) {
  Rig rig(3);
  Block* a = rig.taken();
  QVERIFY(rig.blocks.grow());
  QVERIFY(rig.blocks.grow());
  Block* head = rig.blocks.head();
  rig.blocks.fillHead(1);
  Block* third = head->next;
  rig.blocks.putBack(a);
  QVERIFY(rig.blocks.head() == head && head->next == a && a->next == third);
}

SLUICE_TEST(returnedBlockGoesToSecondPlaceBehindALentOne) {
  Rig rig(2);
  Block* a = rig.taken();
  QVERIFY(rig.blocks.grow());
  Block* head = rig.blocks.head();
  rig.blocks.lend(10);
  rig.blocks.putBack(a);
  QVERIFY(rig.blocks.head() == head && head->next == a);
  const auto room = rig.blocks.room(3, rig.pieces);  // what was lent, whatever the limit says now
  QCOMPARE(room.size(), std::size_t{1});
  QCOMPARE(room[0].size(), std::size_t{10});
}

SLUICE_TEST(spilledBlockGoesToTheTail) {
  Rig rig(3);
  Block* a = rig.taken();
  Block* b = rig.taken();
  rig.blocks.putBackAtTail(b);
  rig.blocks.putBackAtTail(a);
  QVERIFY(rig.blocks.head() == b && b->next == a);
  Block* first = rig.blocks.takeHead();
  Block* second = rig.blocks.takeHead();
  QVERIFY(first == b && second == a && rig.blocks.head() == nullptr);
  rig.blocks.putBackAtTail(b);
  rig.blocks.putBack(a);
  QVERIFY(rig.blocks.head() == a && a->next == b && b->next == nullptr);
}

SLUICE_TEST(releasesWhatNobodyUses) {
  Rig rig(4);
  for (int i = 0; i < 4; ++i) QVERIFY(rig.blocks.grow());
  Block* head = rig.blocks.head();
  rig.blocks.fillHead(3);
  head->slices = 1;
  rig.blocks.releaseUnused();
  QCOMPARE(rig.pool.taken(), std::size_t{1});
  QVERIFY(rig.blocks.head() == head && head->next == nullptr);
  head->rewind();
  rig.blocks.releaseUnused();
  QCOMPARE(rig.pool.taken(), std::size_t{1});  // still shown by a slice
  head->slices = 0;
  rig.blocks.lend(5);
  rig.blocks.releaseUnused();
  QCOMPARE(rig.pool.taken(), std::size_t{1});  // lent
  rig.blocks.lend(0);
  rig.blocks.releaseUnused();
  QCOMPARE(rig.pool.taken(), std::size_t{0});
  QVERIFY(rig.blocks.head() == nullptr);
  QVERIFY(rig.blocks.grow());
  QVERIFY(rig.blocks.head() != nullptr);
}
