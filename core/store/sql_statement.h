// One prepared statement. The thread of its connection; must not outlive the connection.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace sluice::store {

// A string_view binds as TEXT, this as BLOB.
struct Blob {
  std::string_view bytes;
};

class Statement {
 public:
  // `what` names the file in errors.
  static Result<Statement> prepare(sqlite3* db, const char* sql, const std::string& what);

  // Binds the parameters in order. Strings are borrowed until the next reset().
  template <class... Values>
  void bind(const Values&... values) {
    reset();
    int index = 0;
    (bindOne(++index, values), ...);
  }

  // A value of our own functions; stays bound whatever is bound or reset later. Borrowed as long as the statement lives.
  void bindPointer(int index, const void* value, const char* type);

  // True: a row stands ready. False: done, and reset.
  Result<bool> step();
  // Visits the rows of what is bound until there are no more or `visit` returns false; reset afterwards.
  template <class Visit>
  Result<void> each(Visit visit) {
    for (;;) {
      const auto row = step();
      if (!row) return fail(row.error());
      if (!*row) return {};
      if (!visit()) break;
    }
    reset();
    return {};
  }
  // For statements that give no rows.
  template <class... Values>
  Result<void> run(const Values&... values) {
    bind(values...);
    return each([] { return true; });
  }
  void reset();

  // Parameter i+1 becomes column i of this row, which may be of another connection.
  void bindRow(const Statement& row);
  void bindRow(const Statement& row, int columns);  // the first ones alone
  int columns() const;

  // Columns of the row, counted from 0.
  std::int64_t integer(int column) const;
  std::uint64_t natural(int column) const;  // negative: 0
  std::string text(int column) const;       // TEXT or BLOB, byte for byte
  std::string_view view(int column) const;  // until the next step()
  bool isNull(int column) const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };

  Statement(sqlite3_stmt* statement, const std::string& what) : statement_(statement), what_(what) {}

  Error error(int code) const;
  void note(int code);
  void bindSigned(int index, std::int64_t value);
  void bindNatural(int index, std::uint64_t value);  // above what SQLite can hold: the largest it can
  // Of every width: std::size_t and std::uint64_t are one type on some systems and two on macOS.
  void bindOne(int index, std::signed_integral auto value) { bindSigned(index, value); }
  void bindOne(int index, std::unsigned_integral auto value) { bindNatural(index, value); }
  void bindOne(int index, std::string_view value);
  void bindOne(int index, const std::string& value) { bindOne(index, std::string_view(value)); }
  void bindOne(int index, Blob value);
  void bindOne(int index, std::optional<std::int64_t> value);
  void bindOne(int index, const std::optional<std::string>& value);
  void bindOne(int index, WallTime value) { bindSigned(index, value.time_since_epoch().count()); }
  template <class Tag>
  void bindOne(int index, Id<Tag> value) {
    bindOne(index, value.value);
  }

  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  std::string what_;
  int bindError_ = 0;
};

}  // namespace sluice::store
