// Blocks for bodies that are recorded, in the chunks that a worker shares with its supervisor: what is received into one is
// recorded by reference, while it is still being forwarded from there. On the heap instead where chunks are scarce. Loop
// thread only.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "core/base/limits.h"
#include "core/buffer/heap_block_pool.h"
#include "core/port/outgoing_segments.h"

namespace sluice::engine {

struct SharedBlock final : buffer::Block {
  enum class Recorded : std::uint8_t {
    No,
    Packed,  // a message that is being packed refers to it
    Sent,    // the supervisor has it too, and frees its chunk when it is done
  };
  port::SharedBuffer buffer;
  Recorded recorded = Recorded::No;
  bool given = false;  // nobody forwards from it any more
};

class SharedBlocks final : public buffer::BlockPool {
 public:
  SharedBlocks() = default;
  ~SharedBlocks() override;  // REQUIRES: every block was given back
  SharedBlocks(const SharedBlocks&) = delete;
  SharedBlocks& operator=(const SharedBlocks&) = delete;

  // Where chunks come from; without it, all blocks are on the heap. `chunkFree` is called when one may have become free that
  // somebody waits for; not from inside take(). Both outlive the pool.
  void attach(port::OutgoingSegments& memory, std::function<void()> chunkFree);

  std::size_t blockBytes() const override { return limits::kChunkBytes; }
  buffer::Block* take() override;
  void give(buffer::Block* block) override;

  // The shared block that it is; null: on the heap.
  static SharedBlock* shared(buffer::Block* block) {
    return block != nullptr && block->readOnly ? static_cast<SharedBlock*>(block) : nullptr;
  }
  // The message that refers to the block has left.
  void sent(SharedBlock& block);

 private:
  void settle(SharedBlock& block);

  buffer::HeapBlockPool heap_{limits::kChunkBytes};
  port::OutgoingSegments* memory_ = nullptr;
  std::function<void()> chunkFree_;
  std::vector<std::unique_ptr<SharedBlock>> unused_;  // without a chunk
  std::size_t taken_ = 0;
};

}  // namespace sluice::engine
