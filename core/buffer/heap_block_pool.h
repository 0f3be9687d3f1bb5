// Blocks on the heap, aligned so that direct I/O can use them. Keeps up to `keepMax` unused blocks for the next taker
// and frees the others, so that a busy loop allocates nothing and an idle one holds little. One loop's thread.
#pragma once

#include <vector>

#include "core/base/limits.h"
#include "core/buffer/block.h"

namespace sluice::buffer {

class HeapBlockPool final : public BlockPool {
 public:
  explicit HeapBlockPool(std::size_t blockBytes = limits::kBlockBytes,
                         std::size_t keepMax = limits::kIdleBlocksPerPoolMax,
                         std::size_t alignment = limits::kBlockAlignment);
  ~HeapBlockPool() override;  // REQUIRES: every block was given back
  HeapBlockPool(const HeapBlockPool&) = delete;
  HeapBlockPool& operator=(const HeapBlockPool&) = delete;

  std::size_t blockBytes() const override { return blockBytes_; }
  Block* take() override;
  void give(Block* block) override;

  // Blocks that somebody holds.
  std::size_t taken() const { return taken_; }

 private:
  void destroy(Block* block) const;

  const std::size_t blockBytes_;
  const std::size_t keepMax_;
  const std::size_t alignment_;
  std::size_t taken_ = 0;
  std::vector<Block*> idle_;
};

}  // namespace sluice::buffer
