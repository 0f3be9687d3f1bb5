// The functions that the conditions of filter_sql.h call. The thread of the connection.
//
//   found(PATTERN, TEXT)                 whether the pattern is found in it; NULL: no
//   head_found(PATTERN, HEAD)            the same in a head, whose lines end as people think of them
//   error_found(PATTERN, CODE, SIDE, SYSTEM, DETAIL)    in the sentence that a person would be shown
//   body_found(PATTERN, EXCHANGE, DIRECTION, HEAD, DECODED, PLACE, STORED_BYTES, BESIDE_HEADS)    in the beginning of a body: HEAD came
//       with it and DECODED is whether it was decoded before it came; the others are as StoredBody has them
//
// PATTERN is a pointer to a filter::Pattern, bound with Statement::bindPointer().
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/filter/pattern.h"
#include "core/store/body_files.h"
#include "core/store/filter_sql.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

class SqlConnection;

// As ExchangeReader::searchedBody().
using SearchedBody = std::function<std::string(StoredBody body, std::string_view head, bool decoded)>;

// `body` must outlive the connection.
Result<void> addFilterFunctions(SqlConnection& sql, const SearchedBody& body);

// With the patterns of the filter bound; it must not outlive the filter.
Result<Statement> prepareFiltered(SqlConnection& sql, const std::string& text, const FilterSql& filter);

// `pattern` must outlive the statement.
void bindPattern(Statement& statement, int parameter, const filter::Pattern& pattern);

}  // namespace sluice::store
