// Goes through the exchanges that a filter lets through, upwards or downwards by id, a piece at a time. The thread of the connection.
//
// Between two looks at the clock it looks at 8192 rows at most, or at one where heads or bodies are read, and once at the index for
// searching: some milliseconds.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/filter_sql.h"
#include "core/store/rows.h"
#include "core/store/search_candidates.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class ExchangeScan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  enum class Way : std::uint8_t { Up, Down };

  // All are borrowed. `candidates`: of this filter.
  static Result<ExchangeScan> create(SqlConnection& sql, const FilterSql& filter, SearchCandidates& candidates);

  // Those beyond `from` on that way, in its order, at most `limit`. Ends at `until`, or one piece later.
  // REQUIRES: a transaction, so that the pieces belong together.
  Result<IdPage> page(Way way, ExchangeId from, std::size_t limit, Time until);

 private:
  struct Statements {
    Statement next;  // the first beyond ?1
    Statement last;  // the last beyond ?1
    Statement ids;   // those that pass beyond ?1, up to and with ?2
  };

  ExchangeScan(Statements up, Statements down, Statement test, const FilterSql& filter, SearchCandidates& candidates)
      : ways_{std::move(up), std::move(down)}, test_(std::move(test)), readsContent_(filter.readsContent), candidates_(&candidates) {}

  static Result<Statements> prepare(SqlConnection& sql, const FilterSql& filter, Way way);
  Result<ExchangeId> one(Statement& select, ExchangeId beyond);
  Result<bool> some(Statement& ids, IdPage& page, ExchangeId upTo, std::size_t limit, Time until);
  Result<bool> someOf(std::span<const std::uint64_t> rising, Way way, IdPage& page, std::size_t limit, Time until);
  Result<bool> passes(std::uint64_t id);

  std::array<Statements, 2> ways_;  // by Way
  Statement test_;
  bool readsContent_;
  SearchCandidates* candidates_;
};

}  // namespace sluice::store
