// Every exchange of a history that may pass a filter, and others: what the index for searching leaves of it, and what the index does not
// have yet. The thread of the connection.
//
// Memory: 250 KiB; for each exchange that changed since find() eight bytes, twenty thousand at most.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/filter/expression.h"
#include "core/store/search_plan.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

class SearchCandidates {
 public:
  // Gets ready for this filter. Without an index, or where that is of no help, there are none: any() tells.
  void find(SqlConnection& sql, const std::filesystem::path& dataDir, const filter::Node& filter);
  bool any() const { return plan_.has_value(); }
  void forget();

  // Adds what changed since; when that is much, there are none any more. To be called before they are used, in the same transaction.
  Result<void> addRecent(SqlConnection& sql);

  struct Some {
    std::uint64_t end = 0;           // so far, and with it
    std::vector<std::uint64_t> ids;  // rising, whichever way
  };
  // From `first` on towards `last`, upwards or downwards, as far as one look at the index tells. Nothing: all of the next may pass.
  std::optional<Some> towards(std::uint64_t first, std::uint64_t last);

 private:
  // What the index says of the exchanges from `first` to `last`; no ids: too many.
  struct Range {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::optional<SearchPlan::Ids> ids;
  };

  Result<bool> add(SqlConnection& sql, const char* select, std::uint64_t bound);
  bool look(std::uint64_t first, std::uint64_t last);
  Some some(const SearchPlan::Ids& indexed, std::uint64_t first, std::uint64_t end) const;

  std::filesystem::path dataDir_;
  std::uint64_t history_ = 0;
  std::optional<SearchPlan> plan_;
  std::uint64_t since_ = 0;             // version of the history up to which the index was complete
  std::uint64_t upTo_ = 0;              // that up to which recent_ is
  std::vector<std::uint64_t> recent_;  // rising: what the index had not, or had as it was
  std::optional<Range> known_;
};

}  // namespace sluice::store
