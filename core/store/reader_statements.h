// What a Reader asks SQLite. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/store/filter_sql.h"

namespace sluice::store {

enum class Sql : std::uint8_t { Totals, Ids, RowsFrom, RowsBefore, Row, Changes, Details, Body, Pieces, Messages, Tls,
                                AllHosts, Hosts, Programs, NextId, NewestId };

// "FROM ... WHERE": the exchanges that the filter is asked about; `narrowed`: of the candidates.
std::string exchangesFrom(bool narrowed);

// In the order of Sql. `filter` decides which exchanges lists and changes show.
std::vector<std::string> readerStatements(const FilterSql& filter, bool narrowed);

}  // namespace sluice::store
