#include "core/store/filter_matches.h"

namespace sluice::store {
namespace {

constexpr std::size_t kChangedMax = 50'000;  // beyond that, all are looked at again, a little at a time

}  // namespace

void FilterMatches::forget() { *this = {}; }

Result<void> FilterMatches::refresh(SqlConnection& sql) {
  const auto version = sql.integer("SELECT version FROM history WHERE id = 1");
  if (!version) return fail(version.error());
  const auto current = static_cast<std::uint64_t>(*version);
  if (version_ != 0 && version_ != current) {
    auto select = sql.prepare("SELECT id FROM exchange WHERE version > ?1");
    if (!select) return fail(select.error());
    std::size_t changed = 0;
    select->bind(version_);
    auto read = select->each([&] {
      if (const auto id = select->natural(0); of(id) != Verdict::Unknown) unsure_.insert(id);
      return ++changed <= kChangedMax;
    });
    if (!read) return read;
    complete_ = false;
    if (changed > kChangedMax || unsure_.size() > kChangedMax) forget();
  }
  version_ = current;
  return {};
}

FilterMatches::Verdict FilterMatches::of(std::uint64_t exchange) const {
  if (unsure_.contains(exchange)) return Verdict::Unknown;
  const std::size_t bit = exchange % kIdsAChunk;
  const auto at = chunks_.find(exchange / kIdsAChunk);
  if (at != chunks_.end() && at->second.known[bit]) return at->second.passes[bit] ? Verdict::Passes : Verdict::Fails;
  return exchange <= upTo_.value ? Verdict::Fails : Verdict::Unknown;
}

void FilterMatches::note(std::uint64_t exchange, bool passes) {
  unsure_.erase(exchange);
  Chunk& chunk = chunks_[exchange / kIdsAChunk];
  const std::size_t bit = exchange % kIdsAChunk;
  if (chunk.passes[bit] != passes) passes ? ++count_ : --count_;
  chunk.known[bit] = true;
  chunk.passes[bit] = passes;
}

// What has been noted along the way may be found once more.
Result<void> FilterMatches::advance(const Scan& scan, Time until) {
  while (!complete_) {
    const auto page = scan(upTo_, until);
    if (!page) return fail(page.error());
    for (const ExchangeId id : page->ids) note(id.value, true);
    upTo_ = page->upTo;
    complete_ = !page->more;
    if (std::chrono::steady_clock::now() >= until) break;
  }
  return {};
}

std::vector<std::uint64_t> FilterMatches::passing() const {
  std::vector<std::uint64_t> all(unsure_.begin(), unsure_.end());
  all.reserve(count());
  for (const auto& [number, chunk] : chunks_) {
    for (std::size_t bit = 0; bit < kIdsAChunk; ++bit) {
      const std::uint64_t id = number * kIdsAChunk + bit;
      if (chunk.passes[bit] && !unsure_.contains(id)) all.push_back(id);
    }
  }
  return all;
}

}  // namespace sluice::store
