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

// Where to begin among those that rise.
std::size_t beyond(const std::vector<std::uint64_t>& rising, ExchangeScan::Way way, std::uint64_t from) {
  const auto at = way == ExchangeScan::Way::Up ? std::upper_bound(rising.begin(), rising.end(), from)
                                               : std::lower_bound(rising.begin(), rising.end(), from);
  return static_cast<std::size_t>(at - rising.begin());
}

}  // namespace

Result<ExchangeScan::Statements> ExchangeScan::prepare(SqlConnection& sql, const FilterSql& filter, Way way) {
  const bool up = way == Way::Up;
  const std::string away = up ? " ORDER BY id" : " ORDER BY id DESC";
  const std::string back = up ? " ORDER BY id DESC" : " ORDER BY id";
  const std::string all = std::string("SELECT id FROM exchange WHERE ") + (up ? "id > ?1" : "id > 0 AND id < ?1");
  // Where each row costs, one after the other is given, so that whoever reads them can stop in between.
  const std::string ids = (filter.readsContent ? "SELECT id, " + filter.condition : "SELECT id, 1") + " FROM exchange WHERE " +
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

Result<ExchangeScan> ExchangeScan::create(SqlConnection& sql, const FilterSql& filter, const SearchCandidates& candidates) {
  auto up = prepare(sql, filter, Way::Up);
  if (!up) return fail(up.error());
  auto down = prepare(sql, filter, Way::Down);
  if (!down) return fail(down.error());
  auto test = prepareFiltered(sql, "SELECT " + filter.ofRow + " FROM exchange WHERE id = ?1", filter);
  if (!test) return fail(test.error());
  return ExchangeScan(std::move(*up), std::move(*down), std::move(*test), filter, candidates);
}

Result<IdPage> ExchangeScan::page(Way way, ExchangeId from, std::size_t limit, Time until) {
  if (candidates_->any()) return ofCandidates(way, from, limit, until);
  Statements& statements = ways_[static_cast<std::size_t>(way)];
  IdPage page;
  page.upTo = from;
  const auto last = one(statements.last, from);
  if (!last) return fail(last.error());
  do {
    const auto next = one(statements.next, page.upTo);  // ids need not lie close together
    if (!next) return fail(next.error());
    if (!*next) break;
    const bool whole = (way == Way::Up ? last->value - next->value : next->value - last->value) < kIdsAtOnce;
    const ExchangeId end = whole ? *last : ExchangeId{way == Way::Up ? next->value + (kIdsAtOnce - 1) : next->value - (kIdsAtOnce - 1)};
    const auto all = some(statements.ids, page, end, limit, until);
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

Result<IdPage> ExchangeScan::ofCandidates(Way way, ExchangeId from, std::size_t limit, Time until) {
  const auto& all = candidates_->ids();
  const std::size_t begin = beyond(all, way, from.value);
  const std::size_t count = way == Way::Up ? all.size() - begin : begin;
  IdPage page;
  page.upTo = from;
  for (std::size_t seen = 0; seen < count;) {
    page.upTo = ExchangeId{way == Way::Up ? all[begin + seen] : all[begin - 1 - seen]};
    const auto shown = passes(page.upTo.value);
    if (!shown) return fail(shown.error());
    if (*shown) page.ids.push_back(page.upTo);
    page.more = ++seen < count;
    const bool look = readsContent_ || seen % kCandidatesAtOnce == 0;
    if (page.ids.size() >= limit || (look && Steady::now() >= until)) break;
  }
  return page;
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
