// Databases beside the history that are made from it, and may be thrown away: the indexes for searching and sorting. What both are:
// made anew whenever there is none, or one of another history, of another version of this program, or a damaged one.
//
// DerivedIndex: the one thread that builds it. DerivedLook: whoever reads, one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/store/sql_connection.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

struct DerivedKind {
  std::filesystem::path file;       // derivedFile()
  std::int64_t format = 0;  // raised by whoever changes the tables or what is put into them
  std::string tables;       // SQL that makes them
};

// How far an index has come.
struct Covered {
  std::uint64_t history = 0;    // as in Totals
  std::uint64_t version = 0;    // of that history
  std::uint64_t exchanges = 0;  // that were added, as far as the index counts them
};

class DerivedIndex {
 public:
  // Errors: NoSpace, AccessDenied, DatabaseBusy, System.
  static Result<DerivedIndex> open(const DerivedKind& kind, std::uint64_t history);
  // Removes what there is and begins a new one.
  static Result<DerivedIndex> anew(const DerivedKind& kind, std::uint64_t history);

  SqlConnection& sql() { return sql_; }
  Result<void> prepare(std::optional<Statement>& into, const std::string& text);
  const Covered& covered() const { return covered_; }
  bool fileIsGone() const { return sql_.fileIsGone(); }

  // Between begin() and commit(), which stores the version; without a commit() nothing has changed.
  Result<void> begin() { return sql_.run("BEGIN IMMEDIATE"); }
  Result<void> commit(std::uint64_t version, std::uint64_t exchangesAdded = 0);
  void rollback();

 private:
  explicit DerivedIndex(SqlConnection sql) : sql_(std::move(sql)) {}
  Result<void> create(const DerivedKind& kind, std::uint64_t history);

  SqlConnection sql_;
  std::optional<Statement> update_;
  Covered covered_;
};

class DerivedLook {
 public:
  // NotFound: there is no index, or it is of another history or format.
  static Result<DerivedLook> open(const DerivedKind& kind, std::uint64_t history);

  SqlConnection& sql() { return sql_; }
  // Begins a look at one state of it, until end(). Its version; NotFound: another index has taken its place.
  Result<std::uint64_t> begin();
  void end();

 private:
  DerivedLook(SqlConnection sql, std::int64_t format, std::uint64_t history)
      : sql_(std::move(sql)), format_(format), history_(history) {}

  SqlConnection sql_;
  std::int64_t format_;
  std::uint64_t history_;
};

// With its log. Errors: System; the detail names the file.
Result<void> removeDerived(const std::filesystem::path& file);

// What they take, of which so many exchanges of the history need some. What the index for searching keeps of exchanges that are gone is
// not counted: it goes when it is as much as the rest, and till then nothing that is removed from the history would make it smaller. Nor
// is what the order keeps of those before `oldest`: it goes a moment later.
std::uint64_t derivedBytes(const std::filesystem::path& dataDir, std::uint64_t exchanges, ExchangeId oldest);

}  // namespace sluice::store
