#include "core/store/sql_statement.h"

#include <sqlite3.h>

#include <algorithm>
#include <limits>

#include "core/store/sql_error.h"

namespace sluice::store {
namespace {
// SQLite binds NULL for a null pointer, whatever the length.
const char* dataOf(std::string_view bytes) { return bytes.data() != nullptr ? bytes.data() : ""; }
}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Result<Statement> Statement::prepare(sqlite3* db, const char* sql, const std::string& what) {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) return fail(sqlError(db, code, what));
  return Statement(statement, what);
}

Result<bool> Statement::step() {
  if (bindError_ != SQLITE_OK) return fail(error(bindError_));
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) {
    sqlite3_reset(statement_.get());
    return false;
  }
  Error why = error(code);
  reset();
  return fail(std::move(why));
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
  bindError_ = SQLITE_OK;
}

Error Statement::error(int code) const { return sqlError(sqlite3_db_handle(statement_.get()), code, what_); }

void Statement::note(int code) {
  if (bindError_ == SQLITE_OK) bindError_ = code;
}

void Statement::bindSigned(int index, std::int64_t value) { note(sqlite3_bind_int64(statement_.get(), index, value)); }

void Statement::bindNatural(int index, std::uint64_t value) {
  constexpr auto largest = std::numeric_limits<std::int64_t>::max();
  bindSigned(index, static_cast<std::int64_t>(std::min<std::uint64_t>(value, largest)));
}

void Statement::bindOne(int index, std::string_view value) {
  note(sqlite3_bind_text64(statement_.get(), index, dataOf(value), value.size(), SQLITE_STATIC, SQLITE_UTF8));
}

void Statement::bindOne(int index, Blob value) {
  note(sqlite3_bind_blob64(statement_.get(), index, dataOf(value.bytes), value.bytes.size(), SQLITE_STATIC));
}

void Statement::bindOne(int index, std::optional<std::int64_t> value) {
  note(value ? sqlite3_bind_int64(statement_.get(), index, *value) : sqlite3_bind_null(statement_.get(), index));
}

void Statement::bindOne(int index, const std::optional<std::string>& value) {
  if (value) return bindOne(index, std::string_view(*value));
  note(sqlite3_bind_null(statement_.get(), index));
}

void Statement::bindPointer(int index, const void* value, const char* type) {
  note(sqlite3_bind_pointer(statement_.get(), index, const_cast<void*>(value), type, nullptr));
}

void Statement::bindRow(const Statement& row) { bindRow(row, row.columns()); }

void Statement::bindRow(const Statement& row, int columns) {
  reset();
  for (int i = 0; i < columns; ++i) {
    note(sqlite3_bind_value(statement_.get(), i + 1, sqlite3_column_value(row.statement_.get(), i)));
  }
}

int Statement::columns() const { return sqlite3_column_count(statement_.get()); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(statement_.get(), column); }

std::uint64_t Statement::natural(int column) const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer(column)));
}

std::string_view Statement::view(int column) const {
  const void* bytes = sqlite3_column_blob(statement_.get(), column);
  const int count = sqlite3_column_bytes(statement_.get(), column);
  return bytes == nullptr ? std::string_view{}
                          : std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(count));
}

std::string Statement::text(int column) const { return std::string(view(column)); }

bool Statement::isNull(int column) const { return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL; }

}  // namespace sluice::store
