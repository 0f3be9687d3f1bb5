#include "core/store/filter_functions.h"

#include <sqlite3.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/store/sql_connection.h"
#include "core/store/sql_error.h"

namespace sluice::store {
namespace {

constexpr const char* kPatternType = "sluice.pattern";

const filter::Pattern* patternOf(sqlite3_value* value) {
  return static_cast<const filter::Pattern*>(sqlite3_value_pointer(value, kPatternType));
}

std::string_view textOf(sqlite3_value* value) {
  const void* bytes = sqlite3_value_blob(value);
  const int count = sqlite3_value_bytes(value);
  return bytes == nullptr ? std::string_view{} : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

void answer(sqlite3_context* context, const filter::Pattern* pattern, std::string_view text) {
  sqlite3_result_int(context, pattern != nullptr && pattern->foundIn(text) ? 1 : 0);
}

void found(sqlite3_context* context, int, sqlite3_value** arguments) {
  answer(context, patternOf(arguments[0]), textOf(arguments[1]));
}

void headFound(sqlite3_context* context, int, sqlite3_value** arguments) {
  const std::string_view raw = textOf(arguments[1]);
  std::string head;
  head.reserve(raw.size());
  // Line by line: byte by byte takes as long as the search.
  for (std::size_t at = 0; at < raw.size();) {
    const std::size_t end = std::min(raw.find('\r', at), raw.size());
    head += raw.substr(at, end - at);
    at = end + 1;
  }
  answer(context, patternOf(arguments[0]), head);
}

void errorFound(sqlite3_context* context, int, sqlite3_value** arguments) {
  Error error;
  error.code = static_cast<Code>(sqlite3_value_int(arguments[1]));
  error.side = static_cast<Side>(sqlite3_value_int(arguments[2]));
  error.systemCode = sqlite3_value_int(arguments[3]);
  error.detail = textOf(arguments[4]);
  answer(context, patternOf(arguments[0]), describe(error));
}

void bodyFound(sqlite3_context* context, int, sqlite3_value** arguments) {
  const auto& body = *static_cast<const SearchedBody*>(sqlite3_user_data(context));
  const auto natural = [&](int i) { return static_cast<std::uint64_t>(std::max<sqlite3_int64>(0, sqlite3_value_int64(arguments[i]))); };
  StoredBody stored;
  stored.key.exchange = ExchangeId{natural(1)};
  stored.key.direction = natural(2) == 0 ? capture::Direction::Request : capture::Direction::Response;
  stored.place = static_cast<BodyPlace>(natural(5));
  stored.bytes = natural(6);
  stored.besideHeads = textOf(arguments[7]);
  answer(context, patternOf(arguments[0]), body(std::move(stored), textOf(arguments[3]), natural(4) != 0));
}

struct Function {
  const char* name;
  int arguments;
  void (*call)(sqlite3_context*, int, sqlite3_value**);
};

constexpr Function kFunctions[] = {
    {"found", 2, found}, {"head_found", 2, headFound}, {"error_found", 5, errorFound}, {"body_found", 8, bodyFound}};

}  // namespace

Result<void> addFilterFunctions(SqlConnection& sql, const SearchedBody& body) {
  for (const Function& each : kFunctions) {
    // Only our own statements may call them, never the schema of a file.
    const int code = sqlite3_create_function_v2(sql.handle(), each.name, each.arguments, SQLITE_UTF8 | SQLITE_DIRECTONLY,
                                                const_cast<SearchedBody*>(&body), each.call, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK) return fail(sqlError(sql.handle(), code, sql.name()));
  }
  return {};
}

Result<Statement> prepareFiltered(SqlConnection& sql, const std::string& text, const FilterSql& filter) {
  auto statement = sql.prepare(text.c_str());
  if (!statement) return statement;
  for (std::size_t i = 0; i < filter.patterns.size(); ++i) {
    bindPattern(*statement, kFirstPattern + static_cast<int>(i), filter.patterns[i]);
  }
  statement->reset();
  return statement;
}

void bindPattern(Statement& statement, int parameter, const filter::Pattern& pattern) {
  statement.bindPointer(parameter, &pattern, kPatternType);
}

}  // namespace sluice::store
