// DATA_DIR/order.db: what exchanges that have ended sort by, in every order, so that a sorted page needs no sorting.
// SortIndex writes it, on one thread; SortLookup reads it, on the thread of its owner.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/derived.h"
#include "core/store/sort_order.h"
#include "core/store/sql_statement.h"

namespace sluice::store {

std::filesystem::path sortFile(const std::filesystem::path& dataDir);

class SortIndex {
 public:
  // As DerivedIndex.
  static Result<SortIndex> open(const std::filesystem::path& dataDir, std::uint64_t history);
  static Result<SortIndex> anew(const std::filesystem::path& dataDir, std::uint64_t history);

  std::uint64_t history() const { return index_.covered().history; }
  // All exchanges that had ended by this version of the history are in it as they were then.
  std::uint64_t version() const { return index_.covered().version; }
  bool fileIsGone() const { return index_.fileIsGone(); }

  Result<void> begin() { return index_.begin(); }
  // The row begins with an id and its keys, in the order of SortColumn.
  Result<void> put(const Statement& row);
  // Some of those below this id. True: there may be more.
  Result<bool> removeBelow(ExchangeId id);
  Result<void> commit(std::uint64_t version) { return index_.commit(version); }
  void rollback() { index_.rollback(); }

 private:
  explicit SortIndex(DerivedIndex index) : index_(std::move(index)) {}
  static Result<SortIndex> prepared(Result<DerivedIndex> index);

  DerivedIndex index_;
  std::optional<Statement> take_;
  std::optional<Statement> put_;
  std::optional<Statement> remove_;
};

class SortLookup {
 public:
  // As DerivedLook.
  static Result<SortLookup> open(const std::filesystem::path& dataDir, std::uint64_t history);
  Result<std::uint64_t> begin() { return look_.begin(); }
  void end() { look_.end(); }

  // Goes through what comes after `after` (nothing: from the first on) until `visit` returns false. REQUIRES: begin().
  template <class Visit>
  Result<void> each(SortOrder order, const std::optional<SortEntry>& after, Visit visit);

 private:
  explicit SortLookup(DerivedLook look) : look_(std::move(look)) {}
  Result<Statement> equals(SortOrder order, const SortEntry& after);
  Result<Statement> beyond(SortOrder order, const std::optional<SortEntry>& after);

  DerivedLook look_;
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
