// DATA_DIR/order.db: what exchanges that have ended sort by, in every order, so that a sorted page needs no sorting. It is made from the
// history and can be made again. SortIndex writes it, on one thread; SortLookup reads it, on the thread of its owner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/sort_order.h"
#include "core/store/sql_connection.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

std::filesystem::path sortFile(const std::filesystem::path& dataDir);

class SortIndex {
 public:
  // `history`: as in Totals. Errors: NoSpace, AccessDenied, DatabaseBusy, System.
  static Result<SortIndex> open(const std::filesystem::path& dataDir, std::uint64_t history);
  // Removes what there is and begins a new one.
  static Result<SortIndex> anew(const std::filesystem::path& dataDir, std::uint64_t history);

  std::uint64_t history() const { return history_; }
  // All exchanges that had ended by this version of the history are in it as they were then.
  std::uint64_t version() const { return version_; }
  bool fileIsGone() const { return sql_.fileIsGone(); }

  // Between begin() and commit(), which stores `version`; without a commit() nothing has changed.
  Result<void> begin();
  // The row begins with an id and its keys, in the order of SortColumn.
  Result<void> put(const Statement& row);
  // Some of those below this id. True: there may be more.
  Result<bool> removeBelow(ExchangeId id);
  Result<void> commit(std::uint64_t version);
  void rollback();

 private:
  explicit SortIndex(SqlConnection sql) : sql_(std::move(sql)) {}
  Result<void> create(std::uint64_t history);
  Result<void> prepare();

  SqlConnection sql_;
  std::optional<Statement> put_;
  std::optional<Statement> remove_;
  std::optional<Statement> update_;
  std::uint64_t history_ = 0;
  std::uint64_t version_ = 0;
};

class SortLookup {
 public:
  // NotFound: there is no index, or it is of another history or version.
  static Result<SortLookup> open(const std::filesystem::path& dataDir, std::uint64_t history);

  // Begins a look at one state of it, until end(). Its version; NotFound: another index has taken its place.
  Result<std::uint64_t> begin();
  void end();

  // Goes through what comes after `after` (nothing: from the first on) until `visit` returns false. REQUIRES: begin().
  template <class Visit>
  Result<void> each(SortOrder order, const std::optional<SortEntry>& after, Visit visit);

 private:
  SortLookup(SqlConnection sql, std::uint64_t history) : sql_(std::move(sql)), history_(history) {}
  Result<Statement> equals(SortOrder order, const SortEntry& after);
  Result<Statement> beyond(SortOrder order, const std::optional<SortEntry>& after);

  SqlConnection sql_;
  std::uint64_t history_;
};

// An index is in order of key and id; SQLite uses both only where the key is given, so what equals it comes first, then the rest.
template <class Visit>
Result<void> SortLookup::each(SortOrder order, const std::optional<SortEntry>& after, Visit visit) {
  bool goOn = true;
  const auto visitAll = [&](Statement& select) {
    return select.each([&] { return goOn = visit(SortEntry{readSortKey(select, 0, order.by), select.natural(1)}); });
  };
  if (after) {
    auto select = equals(order, *after);
    if (!select) return fail(select.error());
    if (auto done = visitAll(*select); !done || !goOn) return done;
  }
  auto select = beyond(order, after);
  if (!select) return fail(select.error());
  return visitAll(*select);
}

}  // namespace sluice::store
