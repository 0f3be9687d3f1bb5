#include "core/store/exchange_scan.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/store/filter_functions.h"

namespace sluice::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::uint64_t kIdsAtOnce = 8192;          // nobody can interrupt SQLite and go on later
constexpr std::size_t kCandidatesAtOnce = 1024;

// Where a piece ends that begins with `first`.
ExchangeId endOfPiece(ExchangeId first, ExchangeId last) {
  if (first.value <= last.value) return ExchangeId{first.value + std::min(last.value - first.value, kIdsAtOnce - 1)};
  return ExchangeId{first.value - std::min(first.value - last.value, kIdsAtOnce - 1)};
}

}  // namespace

Result<ExchangeScan::Statements> ExchangeScan::prepare(SqlConnection& sql, const FilterSql& filter, Way way) {
  const bool up = way == Way::Up;
  const std::string away = up ? " ORDER BY id" : " ORDER BY id DESC";
  const std::string back = up ? " ORDER BY id DESC" : " ORDER BY id";
  const std::string all = std::string("SELECT id FROM exchange WHERE ") + (up ? "id > ?1" : "id > 0 AND id < ?1");
  // Where each row costs, one after the other is given, so that whoever reads them can stop in between.
  const std::string ids = (filter.readsContent ? "SELECT id, " + filter.ofRow : "SELECT id, 1") + " FROM exchange WHERE " +
                          (up ? "id > ?1 AND id <= ?2" : "id < ?1 AND id >= ?2") + " AND " +
                          (filter.readsContent ? filter.cheap : filter.condition) + away;
  auto next = sql.prepare((all + away + " LIMIT 1").c_str());
  if (!next) return fail(next.error());
  auto last = sql.prepare((all + back + " LIMIT 1").c_str());
  if (!last) return fail(last.error());
  auto some = prepareFiltered(sql, ids, filter);
  if (!some) return fail(some.error());
  return Statements{std::move(*next), std::move(*last), std::move(*some)};
}

Result<ExchangeScan> ExchangeScan::create(SqlConnection& sql, const FilterSql& filter, SearchCandidates& candidates) {
  auto up = prepare(sql, filter, Way::Up);
  if (!up) return fail(up.error());
  auto down = prepare(sql, filter, Way::Down);
  if (!down) return fail(down.error());
  auto test = prepareFiltered(sql, "SELECT " + filter.ofRow + " FROM exchange WHERE id = ?1", filter);
  if (!test) return fail(test.error());
  return ExchangeScan(std::move(*up), std::move(*down), std::move(*test), filter, candidates);
}

Result<IdPage> ExchangeScan::page(Way way, ExchangeId from, std::size_t limit, Time until) {
  Statements& statements = ways_[static_cast<std::size_t>(way)];
  IdPage page;
  page.upTo = from;
  const auto last = one(statements.last, from);
  if (!last) return fail(last.error());
  do {
    const auto next = one(statements.next, page.upTo);  // ids need not lie close together
    if (!next) return fail(next.error());
    if (!*next) break;
    const auto left = candidates_->towards(next->value, last->value);
    const ExchangeId end = left ? ExchangeId{left->end} : endOfPiece(*next, *last);
    const auto all = left ? someOf(left->ids, way, page, limit, until) : some(statements.ids, page, end, limit, until);
    if (!all) return fail(all.error());
    if (*all) page.upTo = end;
    page.more = !*all || page.upTo != *last;
    if (!*all) break;
  } while (page.more && Steady::now() < until);
  return page;
}

// False: it ended before.
Result<bool> ExchangeScan::some(Statement& ids, IdPage& page, ExchangeId upTo, std::size_t limit, Time until) {
  ids.bind(page.upTo, upTo);
  bool goOn = true;
  auto done = ids.each([&] {
    page.upTo = ExchangeId{ids.natural(0)};
    if (ids.integer(1) != 0) page.ids.push_back(page.upTo);
    return goOn = page.ids.size() < limit && !(readsContent_ && Steady::now() >= until);
  });
  if (!done) return fail(done.error());
  return goOn;
}

// Likewise, of those that nothing else passes beside.
Result<bool> ExchangeScan::someOf(std::span<const std::uint64_t> rising, Way way, IdPage& page, std::size_t limit, Time until) {
  for (std::size_t seen = 0; seen < rising.size();) {
    page.upTo = ExchangeId{way == Way::Up ? rising[seen] : rising[rising.size() - 1 - seen]};
    const auto shown = passes(page.upTo.value);
    if (!shown) return shown;
    ++seen;
    if (*shown) page.ids.push_back(page.upTo);
    const bool look = readsContent_ || seen % kCandidatesAtOnce == 0;
    if (page.ids.size() >= limit || (look && Steady::now() >= until)) return false;
  }
  return true;
}

Result<bool> ExchangeScan::passes(std::uint64_t id) {
  bool passes = false;
  test_.bind(id);
  auto done = test_.each([&] {
    passes = test_.integer(0) != 0;
    return false;
  });
  if (!done) return fail(done.error());
  return passes;
}

// None: there is no such id.
Result<ExchangeId> ExchangeScan::one(Statement& select, ExchangeId beyond) {
  ExchangeId found;
  select.bind(beyond);
  auto done = select.each([&] {
    found = ExchangeId{select.natural(0)};
    return false;
  });
  if (!done) return fail(done.error());
  return found;
}

}  // namespace sluice::store
