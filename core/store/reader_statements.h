// What a Reader asks SQLite. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/store/filter_sql.h"

namespace sluice::store {

enum class Sql : std::uint8_t { Totals, Changes };

// In the order of Sql. `filter` decides which exchanges changes show.
std::vector<std::string> readerStatements(const FilterSql& filter);

}  // namespace sluice::store
