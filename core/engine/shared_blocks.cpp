#include "core/engine/shared_blocks.h"

#include <utility>

#include "core/base/assert.h"

namespace sluice::engine {

SharedBlocks::~SharedBlocks() { SLUICE_ASSERT(taken_ == 0); }

void SharedBlocks::attach(port::OutgoingSegments& memory, std::function<void()> chunkFree) {
  memory_ = &memory;
  chunkFree_ = std::move(chunkFree);
}

buffer::Block* SharedBlocks::take() {
  constexpr std::size_t kEnough = limits::kWorkerChunksForRecords + 1;
  if (memory_ == nullptr || memory_->chunksToBeHad(kEnough) < kEnough) return heap_.take();
  const auto buffer = memory_->allocate(limits::kChunkBytes);
  if (!buffer) return heap_.take();
  if (unused_.empty()) unused_.push_back(std::make_unique<SharedBlock>());
  auto* block = unused_.back().release();
  unused_.pop_back();
  *block = SharedBlock();
  block->data = buffer.data;
  block->capacity = static_cast<std::uint32_t>(buffer.capacity());
  block->readOnly = true;
  block->buffer = buffer;
  ++taken_;
  return block;
}

void SharedBlocks::give(buffer::Block* block) {
  auto* mine = shared(block);
  if (mine == nullptr) return heap_.give(block);
  mine->given = true;
  if (mine->recorded != SharedBlock::Recorded::Packed) settle(*mine);
}

void SharedBlocks::sent(SharedBlock& block) {
  SLUICE_ASSERT(block.recorded == SharedBlock::Recorded::Packed);
  block.recorded = SharedBlock::Recorded::Sent;
  if (block.given) settle(block);
}

// Neither forwarded nor about to be sent: its chunk is free, or the supervisor's alone.
void SharedBlocks::settle(SharedBlock& block) {
  if (block.recorded == SharedBlock::Recorded::Sent) {
    memory_->letGo(block.buffer);
  } else {
    memory_->release(block.buffer);
  }
  unused_.emplace_back(&block);
  --taken_;
  if (memory_->isWaiting()) chunkFree_();
}

}  // namespace sluice::engine
