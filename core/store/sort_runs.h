// What the exchanges of a history sort by, in memory, where no index has it: a session file, or a history whose index is still being
// built. Read a piece at a time, in order of id; each piece is sorted by itself, and whoever asks gets them merged. The thread of the
// connection.
//
// Memory: some 100 bytes an exchange. Time: 3 us each to read.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/store/sort_order.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class SortRuns {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit SortRuns(SortOrder order) : order_(order) {}

  // Reads on until all is read or it is `until`, or one piece more. What changes between two calls may be there as it was.
  Result<void> read(SqlConnection& sql, Time until);
  bool complete() const { return complete_; }

  // Goes through what comes after `after` (nothing: from the first on) until `visit` returns false. REQUIRES: complete().
  void each(const std::optional<SortEntry>& after, const std::function<bool(const SortEntry&)>& visit) const;

 private:
  using Run = std::vector<SortEntry>;

  bool before(const SortEntry& a, const SortEntry& b) const { return order_.descending ? b < a : a < b; }

  const SortOrder order_;
  std::vector<Run> runs_;
  std::uint64_t upTo_ = 0;  // this id and those below it are there
  bool complete_ = false;
};

}  // namespace sluice::store
