// What the index for searching leaves of a filter. The thread of the connection.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/filter/expression.h"
#include "core/store/search_index.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

// Ids, rising, without which nothing in the index passes the filter; nothing when the index does not help, or when they are more than
// `max`, or not found by `until`. REQUIRES: the lookup has begun.
Result<std::optional<std::vector<std::int64_t>>> searchCandidates(SearchLookup& lookup, const filter::Node& filter, std::size_t max,
                                                                  SearchLookup::Time until = SearchLookup::Time::max());

// Every exchange of a history that may pass a filter, and others.
class SearchCandidates {
 public:
  // Finds them for this filter. Without an index, or where that is of no help, there are none: any() tells.
  void find(SqlConnection& sql, const std::filesystem::path& dataDir, const filter::Node& filter);
  bool any() const { return upTo_.has_value(); }
  void forget();

  // Adds what changed since; when that is much, there are none any more. To be called before they are used, in the same transaction.
  Result<void> addRecent(SqlConnection& sql);

  const std::vector<std::uint64_t>& ids() const { return ids_; }  // rising

 private:
  Result<bool> add(SqlConnection& sql, const char* select, std::uint64_t bound);

  std::vector<std::uint64_t> ids_;
  std::optional<std::uint64_t> upTo_;  // the version of the history up to which they are complete
};

}  // namespace sluice::store
