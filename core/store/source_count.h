// Counts exchanges by host and by client program, a piece of the history at a time. The thread of the connection.
#pragma once

#include <chrono>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/rows.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class SourceCount {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static Result<SourceCount> create(SqlConnection& sql);

  // Of those whose id is above `after` and not above `upTo`, rising. Ends at `until`, or 256 rows later.
  Result<SourcesPage> page(ExchangeId after, ExchangeId upTo, Time until);

 private:
  explicit SourceCount(Statement rows) : rows_(std::move(rows)) {}

  Statement rows_;
};

}  // namespace sluice::store
