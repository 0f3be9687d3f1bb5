#include "core/store/sorted_exchanges.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include "core/store/filter_functions.h"

namespace sluice::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kHeldMax = 20'000;     // of what the index does not have: beyond that, it is looked at again
constexpr std::size_t kTestedFirst = 1000;   // along the order: what most filters let through fills a page by then
constexpr std::size_t kLoadedMax = 2500;     // that pass: so many are sooner sorted than met along the order of a million
constexpr std::size_t kVisitedAtOnce = 16;   // between two looks at the clock

}  // namespace

void SortedExchanges::forget() {
  lookup_.reset();
  runs_.reset();
  begun_ = loaded_ = false;
  oldest_ = 0;
  held_.clear();
  heldIds_.clear();
}

// What passes a filter that costs little, or everything: what remains to be tested is tested one by one.
Result<SortedExchanges::Entries> SortedExchanges::read(const Source& source, const std::string& fromWhere,
                                                       std::optional<std::uint64_t> bound) {
  auto select = prepareFiltered(source.sql, "SELECT " + std::string(sortKeySql(order_.by)) + ", exchange.id" + fromWhere, source.filter);
  if (!select) return fail(select.error());
  Entries entries;
  bound ? select->bind(*bound) : select->bind();
  auto read = select->each([&] {
    entries.push_back({readSortKey(*select, 0, order_.by), select->natural(1)});
    return true;
  });
  if (!read) return fail(read.error());
  return entries;
}

// They take the place of what is held of the same exchanges.
void SortedExchanges::add(Entries entries) {
  if (entries.empty()) return;
  const auto inOrder = [this](const SortEntry& a, const SortEntry& b) { return before(a, b); };
  std::unordered_set<std::uint64_t> anew;
  for (const SortEntry& entry : entries) {
    if (!heldIds_.insert(entry.id).second) anew.insert(entry.id);
  }
  if (!anew.empty()) std::erase_if(held_, [&](const SortEntry& entry) { return anew.contains(entry.id); });
  std::sort(entries.begin(), entries.end(), inOrder);
  const auto middle = std::ptrdiff_t(held_.size());
  held_.insert(held_.end(), std::make_move_iterator(entries.begin()), std::make_move_iterator(entries.end()));
  std::inplace_merge(held_.begin(), held_.begin() + middle, held_.end(), inOrder);
}

Result<void> SortedExchanges::refresh(const Source& source) {
  const auto version = source.sql.integer("SELECT version FROM history WHERE id = 1");
  if (!version) return fail(version.error());
  const auto current = static_cast<std::uint64_t>(*version);
  if (begun_ && lookup_) {
    const auto indexed = lookup_->begin();
    if (!indexed || *indexed < indexVersion_ || (held_.size() > kHeldMax && *indexed > indexVersion_)) forget();
  }
  if (begun_ && upTo_ != current) {
    const auto few = addSince(source, upTo_);
    if (!few) return fail(few.error());
    if (!*few || (runs_ && held_.size() > kHeldMax)) forget();
  }
  if (!begun_) {
    if (auto begun = begin(source); !begun) return begun;
  }
  upTo_ = current;
  return dropOlder(source);
}

// The history gives up its oldest exchanges that have ended.
Result<void> SortedExchanges::dropOlder(const Source& source) {
  const auto oldest = source.sql.integer("SELECT id FROM exchange WHERE state <> 0 ORDER BY id LIMIT 1");
  if (!oldest) return fail(oldest.error());
  const auto now = static_cast<std::uint64_t>(*oldest);
  if (std::exchange(oldest_, now) == now) return {};
  std::erase_if(held_, [&](const SortEntry& entry) { return entry.id < now; });
  std::erase_if(heldIds_, [&](std::uint64_t id) { return id < now; });
  auto running = read(source, " FROM exchange WHERE state = 0 AND id < ?1", now);
  if (!running) return fail(running.error());
  add(std::move(*running));
  return {};
}

Result<void> SortedExchanges::begin(const Source& source) {
  const auto history = source.sql.integer("SELECT first_version FROM history WHERE id = 1");
  if (!history) return fail(history.error());
  if (!source.dataDir.empty()) {
    auto lookup = SortLookup::open(source.dataDir, static_cast<std::uint64_t>(*history));
    if (lookup) lookup_ = std::move(*lookup);
  }
  const auto indexed = lookup_ ? lookup_->begin() : fail(Side::Local, Code::NotFound, {});
  indexVersion_ = indexed.value_or(0);
  const auto near = indexed ? addSince(source, indexVersion_) : Result<bool>(false);
  if (!near) return fail(near.error());
  begun_ = true;
  if (!*near) {
    lookup_.reset();
    runs_.emplace(order_);
    return {};
  }
  // Asked for apart: one question for both would look at every row.
  auto running = read(source, " FROM exchange WHERE state = 0", std::nullopt);
  if (!running) return fail(running.error());
  add(std::move(*running));
  return {};
}

// False, and nothing is added: they are too many.
Result<bool> SortedExchanges::addSince(const Source& source, std::uint64_t version) {
  auto entries = read(source, " FROM exchange WHERE version > ?1 LIMIT " + std::to_string(kHeldMax + 1), version);
  if (!entries) return fail(entries.error());
  if (entries->size() > kHeldMax) return false;
  add(std::move(*entries));
  return true;
}

// Both sources are in order; what is held comes instead of what the index has of it.
Result<void> SortedExchanges::merge(const std::optional<SortEntry>& after, const std::function<Result<bool>(const SortEntry&)>& visit) {
  const auto inOrder = [this](const SortEntry& a, const SortEntry& b) { return before(a, b); };
  auto held = after ? std::upper_bound(held_.begin(), held_.end(), *after, inOrder) : held_.begin();
  Result<bool> goOn = true;
  const auto visitHeldBefore = [&](const SortEntry* limit) {
    while (goOn && *goOn && held != held_.end() && (limit == nullptr || before(*held, *limit))) goOn = visit(*held++);
  };
  const auto visitIndexed = [&](const SortEntry& entry) {
    if (entry.id < oldest_ || heldIds_.contains(entry.id)) return true;
    visitHeldBefore(&entry);
    if (goOn && *goOn) goOn = visit(entry);
    return goOn && *goOn;
  };
  if (runs_ && !loaded_) runs_->each(after, visitIndexed);
  if (lookup_ && !loaded_) {
    if (auto read = lookup_->each(order_, after, visitIndexed); !read) return read;
  }
  visitHeldBefore(nullptr);
  return goOn ? Result<void>() : fail(goOn.error());
}

Result<bool> SortedExchanges::passes(FilterMatches& matches, Statement& test, std::uint64_t id) const {
  const auto verdict = matches.of(id);
  if (verdict != FilterMatches::Verdict::Unknown) return verdict == FilterMatches::Verdict::Passes;
  bool passes = false;
  test.bind(id);
  auto done = test.each([&] {
    passes = test.integer(0) != 0;
    return false;
  });
  if (!done) return fail(done.error());
  matches.note(id, passes);
  return passes;
}

// From where the page ends: until it is full, so many were looked at, or it is late.
Result<void> SortedExchanges::walk(const Source& source, SortedPage& page, std::size_t limit, std::size_t atMost, Time until) {
  const bool everything = source.filter.condition == "1";
  auto test = prepareFiltered(source.sql, "SELECT " + source.filter.ofRow + " FROM exchange WHERE id = ?1", source.filter);
  if (!test) return fail(test.error());
  const auto after = page.upTo;
  std::size_t visited = 0;
  page.more = false;
  return merge(after, [&](const SortEntry& entry) -> Result<bool> {
    const auto shown = everything && !loaded_ ? Result<bool>(true) : passes(source.matches, *test, entry.id);
    if (!shown) return shown;
    if (*shown) page.ids.push_back(ExchangeId{entry.id});
    page.upTo = entry;
    ++visited;
    const bool late = (visited % kVisitedAtOnce == 0 || source.filter.readsContent) && Steady::now() >= until;
    page.more = page.ids.size() >= limit || visited >= atMost || late;
    return !page.more;
  });
}

// Few pass: they are held, all of them, and the index is not needed.
Result<void> SortedExchanges::load(const Source& source) {
  auto select = source.sql.prepare(("SELECT " + std::string(sortKeySql(order_.by)) + " FROM exchange WHERE id = ?1").c_str());
  if (!select) return fail(select.error());
  Entries entries;
  for (const std::uint64_t id : source.matches.passing()) {
    if (heldIds_.contains(id)) continue;
    select->bind(id);
    auto read = select->each([&] {
      entries.push_back({readSortKey(*select, 0, order_.by), id});
      return true;
    });
    if (!read) return read;
  }
  add(std::move(entries));
  loaded_ = true;
  return {};
}

// First a look along the order: what lets much through is on screen then. What lets little through is looked for in the order in which
// it lies on the disk, which is many times as fast; then it is known for the rest of the walk.
Result<void> SortedExchanges::fill(const Source& source, SortedPage& page, std::size_t limit, Time until) {
  FilterMatches& matches = source.matches;
  if (source.filter.condition == "1" || loaded_) return walk(source, page, limit, SIZE_MAX, until);
  if (!matches.complete()) {
    const auto now = Steady::now();
    if (auto done = walk(source, page, limit, kTestedFirst, now + (until - now) / 2); !done) return done;
    if (!page.more || page.ids.size() >= limit) return {};
    if (auto done = matches.advance(source.scan, until); !done || !matches.complete()) return done;
  }
  if (matches.count() <= kLoadedMax) {
    if (auto done = load(source); !done) return done;
  }
  return walk(source, page, limit, SIZE_MAX, until);
}

Result<SortedPage> SortedExchanges::page(const Source& source, const std::optional<SortEntry>& after, std::size_t limit, Time until) {
  if (auto ready = refresh(source); !ready) return fail(ready.error());
  if (auto ready = source.matches.refresh(source.sql); !ready) return fail(ready.error());
  SortedPage page;
  page.upTo = after;
  if (runs_ && !runs_->complete()) {
    if (auto read = runs_->read(source.sql, until); !read) return fail(read.error());
    page.more = true;
    if (!runs_->complete()) return page;
  }
  auto done = fill(source, page, limit, until);
  if (lookup_) lookup_->end();
  if (!done) return fail(done.error());
  return page;
}

Result<SortEntry> SortedExchanges::entryOf(Statement& select, ExchangeId id) const {
  SortEntry entry{{}, id.value};
  select.bind(id);
  auto read = select.each([&] {
    entry.key = readSortKey(select, 0, order_.by);
    return true;
  });
  if (!read) return fail(read.error());
  return entry;
}

Result<std::vector<std::size_t>> SortedExchanges::places(SqlConnection& sql, std::size_t count,
                                                         const std::function<ExchangeId(std::size_t)>& at,
                                                         std::span<const ExchangeId> ids) {
  auto look = Transaction::begin(sql, Transaction::Kind::Read);
  if (!look) return fail(look.error());
  auto select = sql.prepare(("SELECT " + std::string(sortKeySql(order_.by)) + " FROM exchange WHERE id = ?1").c_str());
  if (!select) return fail(select.error());
  std::vector<std::size_t> places;
  for (const ExchangeId id : ids) {
    const auto entry = entryOf(*select, id);
    if (!entry) return fail(entry.error());
    std::size_t from = 0, to = count;
    while (from < to) {
      const std::size_t middle = from + (to - from) / 2;
      const auto other = entryOf(*select, at(middle));
      if (!other) return fail(other.error());
      before(*other, *entry) ? from = middle + 1 : to = middle;
    }
    places.push_back(from);
  }
  return places;
}

}  // namespace sluice::store
