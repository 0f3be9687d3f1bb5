#include "core/buffer/heap_block_pool.h"

#include <cstdint>
#include <vector>

#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::buffer;

SLUICE_TEST(poolGivesAlignedBlocksOfItsSize) {
  HeapBlockPool pool(1000, 4, 4096);
  Block* block = pool.take();
  QVERIFY(block != nullptr);
  QCOMPARE(block->capacity, std::uint32_t{1000});
  QCOMPARE(reinterpret_cast<std::uintptr_t>(block->data) % 4096, std::uintptr_t{0});
  QCOMPARE(block->room(), std::uint32_t{1000});
  pool.give(block);
}

SLUICE_TEST(poolReusesBlocksAndGivesThemOutAsNew) {
  HeapBlockPool pool(16, 4);
  Block* block = pool.take();
  block->filled = 10;
  block->handedOn = 5;
  block->isFree = true;
  pool.give(block);
  Block* again = pool.take();
  QVERIFY(again == block);
  QVERIFY(again->filled == 0 && again->handedOn == 0 && !again->isFree && again->next == nullptr);
  pool.give(again);
}

SLUICE_TEST(poolKeepsNoMoreThanItMay) {
  HeapBlockPool pool(16, 2);
  std::vector<Block*> blocks;
  for (int i = 0; i < 10; ++i) blocks.push_back(pool.take());
  QCOMPARE(pool.taken(), std::size_t{10});
  for (Block* block : blocks) pool.give(block);  // the leak checker sees to the rest
  QCOMPARE(pool.taken(), std::size_t{0});
}
