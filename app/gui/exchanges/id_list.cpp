#include "app/gui/exchanges/id_list.h"

#include <algorithm>

#include "core/base/assert.h"

namespace sluice::gui {

ExchangeId IdList::at(std::size_t row) const {
  SLUICE_ASSERT(row < size_);
  const std::size_t place = placeHolding(row);
  return blocks_[order_[place]][row - starts_[place]];
}

std::ptrdiff_t IdList::rowOf(ExchangeId id) const {
  const std::uint32_t slot = slotOf(id);
  if (slot == kNowhere) return -1;
  const Block& block = blocks_[slot];
  return std::ptrdiff_t(starts_[placeOf_[slot]]) + (std::find(block.begin(), block.end(), id) - block.begin());
}

std::size_t IdList::lowerBound(ExchangeId id) const {
  const auto isBelow = [this](std::uint32_t slot, ExchangeId other) { return blocks_[slot].back() < other; };
  const auto holding = std::lower_bound(order_.begin(), order_.end(), id, isBelow);
  if (holding == order_.end()) return size_;
  const Block& block = blocks_[*holding];
  return starts_[std::size_t(holding - order_.begin())] + std::size_t(std::lower_bound(block.begin(), block.end(), id) - block.begin());
}

std::vector<ExchangeId> IdList::below(ExchangeId id) const {
  std::vector<ExchangeId> ids;
  for (const auto& [number, page] : pages_) {
    if (number * kPage >= id.value) break;
    for (std::size_t i = 0; i < kPage && number * kPage + i < id.value; ++i) {
      if (page->holders[i] != kNowhere) ids.push_back(ExchangeId{number * kPage + i});
    }
  }
  return ids;
}

void IdList::append(std::span<const ExchangeId> ids) {
  while (!ids.empty()) {
    if (order_.empty() || blocks_[order_.back()].size() == kBlockMax) addBlock(order_.size());
    Block& block = blocks_[order_.back()];
    const auto some = ids.first(std::min(ids.size(), kBlockMax - block.size()));
    block.insert(block.end(), some.begin(), some.end());
    for (const ExchangeId id : some) setSlot(id, order_.back());
    size_ += some.size();
    ids = ids.subspan(some.size());
  }
}

void IdList::insert(std::size_t row, ExchangeId id) {
  SLUICE_ASSERT(row <= size_);
  if (row == size_) return append(std::span(&id, 1));
  std::size_t place = placeHolding(row);
  if (blocks_[order_[place]].size() == kBlockMax) {
    split(place);
    place = placeHolding(row);
  }
  Block& block = blocks_[order_[place]];
  block.insert(block.begin() + std::ptrdiff_t(row - starts_[place]), id);
  setSlot(id, order_[place]);
  ++size_;
  for (std::size_t next = place + 1; next < starts_.size(); ++next) ++starts_[next];
}

void IdList::erase(std::size_t first, std::size_t count) {
  SLUICE_ASSERT(first + count <= size_);
  while (count > 0) {
    const std::size_t place = placeHolding(first);
    Block& block = blocks_[order_[place]];
    const auto begin = block.begin() + std::ptrdiff_t(first - starts_[place]);
    const auto end = begin + std::ptrdiff_t(std::min(count, std::size_t(block.end() - begin)));
    const auto some = std::uint32_t(end - begin);
    count -= some;
    size_ -= some;
    for (auto id = begin; id != end; ++id) forget(*id);
    block.erase(begin, end);
    for (std::size_t next = place + 1; next < starts_.size(); ++next) starts_[next] -= some;
    if (block.empty()) removeBlock(place);
    if (place < order_.size()) joinWithNext(place);
  }
}

void IdList::clear() { *this = IdList(); }

// --- where an id is ---------------------------------------------------------------------------------------------

std::uint32_t IdList::slotOf(ExchangeId id) const {
  const auto page = pages_.find(id.value / kPage);
  return page == pages_.end() ? kNowhere : page->second->holders[id.value % kPage];
}

void IdList::setSlot(ExchangeId id, std::uint32_t slot) {
  auto& page = pages_[id.value / kPage];
  if (!page) page = std::make_unique<Page>();
  std::uint32_t& entry = page->holders[id.value % kPage];
  if (entry == kNowhere) ++page->used;
  entry = slot;
}

void IdList::forget(ExchangeId id) {
  const auto page = pages_.find(id.value / kPage);
  page->second->holders[id.value % kPage] = kNowhere;
  if (--page->second->used == 0) pages_.erase(page);
}

std::size_t IdList::placeHolding(std::size_t row) const {
  return std::size_t(std::upper_bound(starts_.begin(), starts_.end(), row) - starts_.begin()) - 1;
}

// --- blocks -----------------------------------------------------------------------------------------------------

std::size_t IdList::addBlock(std::size_t place) {
  std::uint32_t slot = std::uint32_t(blocks_.size());
  if (free_.empty()) {
    blocks_.emplace_back();
    placeOf_.push_back(0);
  } else {
    slot = free_.back();
    free_.pop_back();
  }
  blocks_[slot].reserve(kBlockMax);
  order_.insert(order_.begin() + std::ptrdiff_t(place), slot);
  starts_.insert(starts_.begin() + std::ptrdiff_t(place), 0);
  moveStarts(place);
  return slot;
}

void IdList::removeBlock(std::size_t place) {
  const std::uint32_t slot = order_[place];
  blocks_[slot] = {};
  free_.push_back(slot);
  order_.erase(order_.begin() + std::ptrdiff_t(place));
  starts_.erase(starts_.begin() + std::ptrdiff_t(place));
  moveStarts(place);
}

void IdList::split(std::size_t place) {
  const std::size_t slot = addBlock(place + 1);
  Block& full = blocks_[order_[place]];
  const auto half = full.begin() + kBlockMax / 2;
  blocks_[slot].assign(half, full.end());
  full.erase(half, full.end());
  for (const ExchangeId id : blocks_[slot]) setSlot(id, std::uint32_t(slot));
  moveStarts(place + 1);
}

// Else a list that rows leave and enter at other places would come to consist of nearly empty blocks.
void IdList::joinWithNext(std::size_t place) {
  if (place + 1 >= order_.size()) return;
  Block& block = blocks_[order_[place]];
  const Block& next = blocks_[order_[place + 1]];
  if (block.size() + next.size() > kBlockMax / 2) return;
  for (const ExchangeId id : next) setSlot(id, order_[place]);
  block.insert(block.end(), next.begin(), next.end());
  removeBlock(place + 1);
}

void IdList::moveStarts(std::size_t fromPlace) {
  std::size_t start = fromPlace == 0 ? 0 : starts_[fromPlace - 1] + blocks_[order_[fromPlace - 1]].size();
  for (std::size_t place = fromPlace; place < order_.size(); ++place) {
    starts_[place] = std::uint32_t(start);
    placeOf_[order_[place]] = std::uint32_t(place);
    start += blocks_[order_[place]].size();
  }
}

}  // namespace sluice::gui
