// A history's exchanges, those that a filter lets through, in the order of a column, a page after the other. The thread of the connection.
//
// Pages come from DATA_DIR/order.db and, for what that does not have yet, from a list in memory. Where there is no such index (a session
// file, or one that is far behind), everything is read into memory first (sort_runs.h), a piece at each page. Where a filter lets some
// thousand through or less, the list holds those. A page takes as long as its caller allows, and goes on where it ended.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <unordered_set>
#include <vector>

#include "core/base/result.h"
#include "core/store/filter_matches.h"
#include "core/store/filter_sql.h"
#include "core/store/sort_index.h"
#include "core/store/sort_order.h"
#include "core/store/sort_runs.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class SortedExchanges {
 public:
  using Time = FilterMatches::Time;

  // What there is to sort, and how. All are borrowed.
  struct Source {
    SqlConnection& sql;
    const std::filesystem::path& dataDir;  // empty: a session file, without an index
    const FilterSql& filter;
    FilterMatches& matches;                // of that filter
    const FilterMatches::Scan& scan;
  };

  explicit SortedExchanges(SortOrder order) : order_(order) {}

  SortOrder order() const { return order_; }
  // The filter has changed, or the history is another one.
  void forget();

  // What comes after `after`; nothing: the first ones. Ends early at `until`, or somewhat later. REQUIRES: a transaction.
  Result<SortedPage> page(const Source& source, const std::optional<SortEntry>& after, std::size_t limit, Time until);

  // For each of `ids`, before which of the `count` exchanges that `at` gives it belongs. REQUIRES: those are in this order, without `ids`.
  Result<std::vector<std::size_t>> places(SqlConnection& sql, std::size_t count, const std::function<ExchangeId(std::size_t)>& at,
                                          std::span<const ExchangeId> ids);

 private:
  using Entries = std::vector<SortEntry>;

  bool before(const SortEntry& a, const SortEntry& b) const { return order_.descending ? b < a : a < b; }
  Result<void> refresh(const Source& source);
  Result<void> begin(const Source& source);
  Result<void> dropOlder(const Source& source);
  Result<bool> addSince(const Source& source, std::uint64_t version);
  Result<void> fill(const Source& source, SortedPage& page, std::size_t limit, Time until);
  Result<void> load(const Source& source);
  Result<void> walk(const Source& source, SortedPage& page, std::size_t limit, std::size_t atMost, Time until);
  Result<bool> passes(FilterMatches& matches, Statement& test, std::uint64_t id) const;
  Result<Entries> read(const Source& source, const std::string& fromWhere, std::optional<std::uint64_t> bound);
  void add(Entries entries);
  Result<void> merge(const std::optional<SortEntry>& after, const std::function<Result<bool>(const SortEntry&)>& visit);
  Result<SortEntry> entryOf(Statement& select, ExchangeId id) const;

  const SortOrder order_;
  std::optional<SortLookup> lookup_;
  std::optional<SortRuns> runs_;              // instead of it
  bool begun_ = false;
  bool loaded_ = false;                       // held_ is everything that passes the filter
  std::uint64_t indexVersion_ = 0;            // of lookup_ when held_ was read
  std::uint64_t upTo_ = 0;                    // the version of the history that held_ is true for
  std::uint64_t oldest_ = 0;                  // of those that have ended: what the index has below it is gone
  Entries held_;                              // in order: what the index does not have, or has as it was
  std::unordered_set<std::uint64_t> heldIds_;
};

}  // namespace sluice::store
