// The blocks of one pipe: how many it may hold, and free-raw, the list of those that are ready to receive into. Only
// the head of free-raw may be partly filled. One loop's thread.
#pragma once

#include <algorithm>
#include <span>

#include "core/buffer/block.h"

namespace sluice::pipe {

using buffer::Block;

class RawBlocks {
 public:
  // REQUIRES: held() == 0.
  void start(buffer::BlockPool& pool, std::size_t maxBlocks);

  std::size_t held() const { return held_; }
  std::size_t freeCount() const { return freeCount_; }
  bool canGrow() const { return held_ < maxBlocks_; }
  // From now on; never fewer than before.
  void allow(std::size_t maxBlocks) { maxBlocks_ = std::max(maxBlocks_, maxBlocks); }
  std::size_t blockBytes() const { return pool_->blockBytes(); }
  Block* head() const { return head_; }

  // Adds a new block. False: the pool has none.
  bool grow();
  // The free memory in order, at most `limit` bytes (> 0) and as many blocks as there is place for in `pieces`, whose beginning
  // it is. While the head is lent: what was lent.
  std::span<const MutableBytes> room(std::size_t limit, std::span<MutableBytes> pieces);
  // The head received up to `bytes`; returns how many of them lie in it.
  std::size_t fillHead(std::size_t bytes);
  // Takes the head out of the list: it is full, or must not receive more.
  Block* takeHead();
  // Nothing refers to the block any more: to the front, or to second place when the front one is in use.
  void putBack(Block* block);
  void putBackAtTail(Block* block);
  // Likewise for a block that is kept: it goes to the pool, and one that comes from there, if any, to the tail.
  void exchange(Block* block);

  // The first `bytes` of the head's room are lent to a receive; it must stay the head, untouched.
  void lend(std::size_t bytes) { lent_ = bytes; }
  bool lent() const { return lent_ != 0; }

  // Gives free blocks that no slice refers to, that hold nothing and are not lent back to the pool.
  void releaseUnused();

 private:
  bool headInUse() const { return head_ != nullptr && (lent() || head_->filled > 0); }
  static void rewound(Block* block);

  buffer::BlockPool* pool_ = nullptr;
  std::size_t maxBlocks_ = 0;
  std::size_t held_ = 0;
  std::size_t freeCount_ = 0;
  std::size_t lent_ = 0;
  Block* head_ = nullptr;
  Block* tail_ = nullptr;
};

}  // namespace sluice::pipe
