#include "core/pipe/raw_blocks.h"

#include <algorithm>

#include "core/base/assert.h"

namespace sluice::pipe {

void RawBlocks::start(buffer::BlockPool& pool, std::size_t maxBlocks) {
  SLUICE_ASSERT(held_ == 0);
  pool_ = &pool;
  maxBlocks_ = std::max<std::size_t>(1, maxBlocks);
}

bool RawBlocks::grow() {
  Block* block = pool_->take();
  if (block == nullptr) return false;
  ++held_;
  putBackAtTail(block);
  return true;
}

std::span<const MutableBytes> RawBlocks::room(std::size_t limit, std::span<MutableBytes> pieces) {
  if (lent()) {
    limit = lent_;
    pieces = pieces.first(1);
  }
  std::size_t count = 0;
  for (Block* block = head_; block != nullptr && count < pieces.size() && limit > 0; block = block->next) {
    const auto tail = block->tail();
    pieces[count] = tail.first(std::min(tail.size(), limit));
    limit -= pieces[count].size();
    ++count;
  }
  return pieces.first(count);
}

std::size_t RawBlocks::fillHead(std::size_t bytes) {
  const std::size_t count = std::min<std::size_t>(bytes, head_->room());
  head_->filled += static_cast<std::uint32_t>(count);
  return count;
}

Block* RawBlocks::takeHead() {
  SLUICE_ASSERT(head_ != nullptr && !lent());
  Block* block = head_;
  head_ = block->next;
  if (head_ == nullptr) tail_ = nullptr;
  block->next = nullptr;
  block->isFree = false;
  --freeCount_;
  return block;
}

void RawBlocks::putBack(Block* block) {
  rewound(block);
  Block*& place = headInUse() ? head_->next : head_;
  block->next = place;
  place = block;
  if (block->next == nullptr) tail_ = block;
  ++freeCount_;
}

void RawBlocks::putBackAtTail(Block* block) {
  rewound(block);
  block->next = nullptr;
  (tail_ != nullptr ? tail_->next : head_) = block;
  tail_ = block;
  ++freeCount_;
}

void RawBlocks::exchange(Block* block) {
  SLUICE_ASSERT(!block->isFree && block->slices == 0);
  --held_;
  pool_->give(block);
  grow();
}

void RawBlocks::rewound(Block* block) {
  SLUICE_ASSERT(!block->isFree && block->slices == 0);
  block->rewind();
  block->isFree = true;
}

void RawBlocks::releaseUnused() {
  Block* kept = headInUse() || (head_ != nullptr && head_->slices > 0) ? head_ : nullptr;
  Block* block = kept != nullptr ? kept->next : head_;
  while (block != nullptr) {
    Block* next = block->next;
    block->isFree = false;
    block->next = nullptr;
    --held_;
    --freeCount_;
    pool_->give(block);
    block = next;
  }
  head_ = tail_ = kept;
  if (kept != nullptr) kept->next = nullptr;
}

}  // namespace sluice::pipe
