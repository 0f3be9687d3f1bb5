#include "core/buffer/chain.h"

#include <algorithm>

namespace sluice::buffer {

void Chain::pushFront(const Slice& slice) {
  if (count_ == capacity_) grow();
  head_ = (head_ + mask()) & mask();
  slots_[head_] = slice;
  ++count_;
}

void Chain::append(Chain& other) {
  if (empty()) {
    swap(other);
  } else {
    for (std::size_t i = 0; i < other.count_; ++i) pushBack(other[i]);
  }
  other.clear();
}

std::uint64_t Chain::bytes() const {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < count_; ++i) sum += (*this)[i].size;
  return sum;
}

void Chain::grow() {
  // A head and its body are one or two slices, and an idle connection keeps ten chains.
  const std::size_t capacity = std::max<std::size_t>(2, capacity_ * 2);
  auto slots = std::make_unique<Slice[]>(capacity);
  for (std::size_t i = 0; i < count_; ++i) slots[i] = (*this)[i];
  slots_ = std::move(slots);
  capacity_ = capacity;
  head_ = 0;
}

}  // namespace sluice::buffer
