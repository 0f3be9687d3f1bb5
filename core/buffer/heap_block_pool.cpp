#include "core/buffer/heap_block_pool.h"

#include <new>

#include "core/base/assert.h"

namespace sluice::buffer {

HeapBlockPool::HeapBlockPool(std::size_t blockBytes, std::size_t keepMax, std::size_t alignment)
    : blockBytes_(blockBytes), keepMax_(keepMax), alignment_(alignment) {}

HeapBlockPool::~HeapBlockPool() {
  SLUICE_ASSERT(taken_ == 0);
  for (Block* block : idle_) destroy(block);
}

Block* HeapBlockPool::take() {
  if (!idle_.empty()) {
    Block* block = idle_.back();
    idle_.pop_back();
    ++taken_;
    return block;
  }
  void* memory = ::operator new (blockBytes_, std::align_val_t{alignment_}, std::nothrow);
  if (memory == nullptr) return nullptr;
  auto* block = new (std::nothrow) Block;
  if (block == nullptr) {
    ::operator delete (memory, std::align_val_t{alignment_});
    return nullptr;
  }
  block->data = static_cast<std::byte*>(memory);
  block->capacity = static_cast<std::uint32_t>(blockBytes_);
  ++taken_;
  return block;
}

void HeapBlockPool::give(Block* block) {
  SLUICE_ASSERT(taken_ > 0 && block->slices == 0 && block->busySlices == 0);
  --taken_;
  if (idle_.size() >= keepMax_) return destroy(block);
  block->rewind();
  block->isFree = false;
  block->isKept = false;
  block->next = nullptr;
  idle_.push_back(block);
}

void HeapBlockPool::destroy(Block* block) const {
  ::operator delete (block->data, std::align_val_t{alignment_});
  delete block;
}

}  // namespace sluice::buffer
