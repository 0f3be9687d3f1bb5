// A list of exchanges in any order, of a million as quick to change as of ten: the exchange at a row, the row of an exchange, and what
// is put in or taken out anywhere, each cost about a microsecond. Some twelve bytes an exchange. No exchange is in it twice. Any one
// thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "core/base/id.h"

namespace sluice::gui {

class IdList {
 public:
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // REQUIRES: row < size().
  ExchangeId at(std::size_t row) const;
  // -1: it is not here.
  std::ptrdiff_t rowOf(ExchangeId id) const;
  bool contains(ExchangeId id) const { return slotOf(id) != kNowhere; }
  // The first row whose id is not below `id`. REQUIRES: the list rises.
  std::size_t lowerBound(ExchangeId id) const;
  // Those whose number is below `id`, rising.
  std::vector<ExchangeId> below(ExchangeId id) const;

  // REQUIRES of these three: what is put in is not here yet, and rows exist.
  void append(std::span<const ExchangeId> ids);
  void insert(std::size_t row, ExchangeId id);
  void erase(std::size_t first, std::size_t count);
  void clear();

 private:
  // Ids lie in blocks of at most this many, blocks in slots that keep their number while others come and go.
  static constexpr std::size_t kBlockMax = 512;
  static constexpr std::size_t kPage = 1024;
  static constexpr std::uint32_t kNowhere = UINT32_MAX;
  using Block = std::vector<ExchangeId>;
  // Which slot holds an id, for a stretch of numbers: four bytes each, whatever the order of the list.
  struct Page {
    Page() { holders.fill(kNowhere); }
    std::array<std::uint32_t, kPage> holders;
    std::size_t used = 0;
  };

  std::uint32_t slotOf(ExchangeId id) const;
  void setSlot(ExchangeId id, std::uint32_t slot);
  void forget(ExchangeId id);
  std::size_t placeHolding(std::size_t row) const;  // which block, in order
  std::size_t addBlock(std::size_t place);
  void removeBlock(std::size_t place);
  void split(std::size_t place);
  void joinWithNext(std::size_t place);
  void moveStarts(std::size_t fromPlace);

  std::size_t size_ = 0;
  std::vector<Block> blocks_;           // by slot
  std::vector<std::uint32_t> free_;     // slots without a block
  std::vector<std::uint32_t> order_;    // slots, in the order of their blocks
  std::vector<std::uint32_t> placeOf_;  // by slot: where it is in `order_`
  std::vector<std::uint32_t> starts_;   // by place: the row of the block's first id
  std::map<std::uint64_t, std::unique_ptr<Page>> pages_;
};

}  // namespace sluice::gui
