// A chain: slices in order, taken at the front and added at the back. A ring that grows by doubling, so that after
// warm-up it allocates nothing; one that became very long gives its memory back when it is empty. One loop's thread.
#pragma once

#include <memory>
#include <utility>

#include "core/base/limits.h"
#include "core/buffer/slice.h"

namespace sluice::buffer {

class Chain {
 public:
  Chain() = default;
  Chain(Chain&& other) noexcept { swap(other); }
  Chain& operator=(Chain&& other) noexcept {
    swap(other);
    return *this;
  }

  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }

  // REQUIRES: not empty; index < size().
  Slice& front() { return slots_[head_]; }
  const Slice& front() const { return slots_[head_]; }
  Slice& back() { return (*this)[count_ - 1]; }
  Slice& operator[](std::size_t index) { return slots_[(head_ + index) & mask()]; }
  const Slice& operator[](std::size_t index) const { return slots_[(head_ + index) & mask()]; }

  void pushBack(const Slice& slice) {
    if (count_ == capacity_) grow();
    slots_[(head_ + count_) & mask()] = slice;
    ++count_;
  }
  void pushFront(const Slice& slice);
  void popFront() {
    head_ = (head_ + 1) & mask();
    if (--count_ == 0) clear();
  }
  void clear() {
    head_ = count_ = 0;
    if (capacity_ > limits::kChainSlicesKept) {
      slots_.reset();
      capacity_ = 0;
    }
  }

  // Of an empty one, the memory.
  void releaseUnused() {
    if (count_ > 0) return;
    slots_.reset();
    head_ = capacity_ = 0;
  }

  // Moves every slice of `other` to the back of this chain.
  void append(Chain& other);

  std::uint64_t bytes() const;

 private:
  std::size_t mask() const { return capacity_ - 1; }
  void grow();
  void swap(Chain& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(capacity_, other.capacity_);
    std::swap(head_, other.head_);
    std::swap(count_, other.count_);
  }

  std::unique_ptr<Slice[]> slots_;
  std::size_t capacity_ = 0;  // 0 or a power of two
  std::size_t head_ = 0;
  std::size_t count_ = 0;
};

}  // namespace sluice::buffer
