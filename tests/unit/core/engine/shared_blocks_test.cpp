#include "core/engine/shared_blocks.h"

#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::engine;

namespace {

constexpr std::uint32_t kChunks = limits::kWorkerChunksForRecords + 3;

struct Scene {
  Scene() : ports(options()) {
    blocks.attach(ports.a->port->memory(), [this] { ++rung; });
  }
  static port::Port::Options options() {
    port::Port::Options options;
    options.memory = {port::segmentBytes(kChunks), kChunks};
    return options;
  }
  port::OutgoingSegments& memory() { return ports.a->port->memory(); }

  test::PortPair ports;
  int rung = 0;
  SharedBlocks blocks;
};

}  // namespace

SLUICE_TEST(blocksAreChunksUntilThoseForRecordsAreLeft) {
  Scene scene;
  std::vector<buffer::Block*> taken;
  for (int i = 0; i < 5; ++i) taken.push_back(scene.blocks.take());
  for (int i = 0; i < 5; ++i) QCOMPARE(SharedBlocks::shared(taken[std::size_t(i)]) != nullptr, i < 3);
  for (const auto* block : taken) QVERIFY(block->capacity == limits::kChunkBytes && block->filled == 0 && !block->isKept);
  QCOMPARE(scene.memory().chunksToBeHad(), limits::kWorkerChunksForRecords);
  for (auto* block : taken) scene.blocks.give(block);
  QCOMPARE(scene.memory().chunksToBeHad(), std::size_t(kChunks));
  QCOMPARE(scene.rung, 0);
}

SLUICE_TEST(withoutSharedMemoryBlocksAreOnTheHeap) {
  SharedBlocks blocks;
  auto* block = blocks.take();
  QVERIFY(block != nullptr && SharedBlocks::shared(block) == nullptr);
  blocks.give(block);
  QVERIFY(SharedBlocks::shared(nullptr) == nullptr);
}

SLUICE_TEST(aBlockOfAMessageThatHasNotLeftStaysWhateverThePipeDoes) {
  Scene scene;
  auto* block = SharedBlocks::shared(scene.blocks.take());
  QVERIFY(block != nullptr);
  block->recorded = SharedBlock::Recorded::Packed;
  scene.blocks.give(block);
  QCOMPARE(scene.memory().chunksToBeHad(), std::size_t(kChunks - 1));
  // As if it had been sent: the supervisor has it, and nobody has freed it yet.
  scene.blocks.sent(*block);
  QCOMPARE(scene.memory().chunksToBeHad(), std::size_t(kChunks - 1));
}

SLUICE_TEST(whoWaitsForChunksHearsOfABlockThatIsGivenBack) {
  Scene scene;
  auto* block = scene.blocks.take();
  std::vector<port::SharedBuffer> all;
  while (auto buffer = scene.memory().allocate(1)) all.push_back(buffer);
  QVERIFY(scene.memory().isWaiting());
  scene.blocks.give(block);
  QCOMPARE(scene.rung, 1);
  for (auto& buffer : all) scene.memory().release(buffer);
}
