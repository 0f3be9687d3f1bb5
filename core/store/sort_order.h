// By what a list of exchanges can be sorted. Any thread.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/id.h"

namespace sluice::store {

class Statement;

// The order of an index's columns: append only.
enum class SortColumn : std::uint8_t { State, Method, Host, Path, Status, Type, Size, Duration, Started, Program, Profile };
inline constexpr std::size_t kSortColumns = std::size_t(SortColumn::Profile) + 1;

// Text sorts by its beginning and without regard to the case of ASCII letters, programs by the name of their file. What is equal, and
// what has no such value yet, comes in order of id.
struct SortOrder {
  SortColumn by = SortColumn::Started;
  bool descending = false;

  friend bool operator==(const SortOrder&, const SortOrder&) = default;
};

// The value of one exchange in a column: text in some, else a number.
struct SortKey {
  std::int64_t number = 0;
  std::string text;

  friend auto operator<=>(const SortKey&, const SortKey&) = default;
};

// One exchange and where it stands.
struct SortEntry {
  SortKey key;
  std::uint64_t id = 0;

  friend auto operator<=>(const SortEntry&, const SortEntry&) = default;
};

// A piece of a sorted list.
struct SortedPage {
  std::vector<ExchangeId> ids;
  std::optional<SortEntry> upTo;  // all up to here were looked at: where the next page goes on
  bool more = false;              // there may be more
};

bool isText(SortColumn column);

// An SQL expression for it over table `exchange`.
std::string_view sortKeySql(SortColumn column);

// From column `at` of a row.
SortKey readSortKey(const Statement& select, int at, SortColumn column);

}  // namespace sluice::store
