#include "core/store/sort_index.h"

#include <string>

#include "core/store/history_files.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSortVersion = 2;  // raised by whoever changes the tables or what is put into them
constexpr int kRemovedAStep = 2000;

std::string keyName(std::size_t column) { return "key" + std::to_string(column); }

std::string tables() {
  std::string columns, indexes;
  for (std::size_t i = 0; i < kSortColumns; ++i) {
    columns += ", " + keyName(i) + (isText(SortColumn(i)) ? " TEXT NOT NULL" : " INTEGER NOT NULL");
    indexes += "CREATE INDEX sorted" + std::to_string(i) + " ON sort_key (" + keyName(i) + ");";
  }
  return "CREATE TABLE sort_key (exchange INTEGER PRIMARY KEY" + columns + ") STRICT;" + indexes;
}

DerivedKind kindIn(const fs::path& dataDir) { return {sortFile(dataDir), kSortVersion, tables()}; }

}  // namespace

fs::path sortFile(const fs::path& dataDir) { return derivedFile(dataDir, "order"); }

Result<SortIndex> SortIndex::open(const fs::path& dataDir, std::uint64_t history) {
  return prepared(DerivedIndex::open(kindIn(dataDir), history));
}

Result<SortIndex> SortIndex::anew(const fs::path& dataDir, std::uint64_t history) {
  return prepared(DerivedIndex::anew(kindIn(dataDir), history));
}

Result<SortIndex> SortIndex::prepared(Result<DerivedIndex> index) {
  if (!index) return fail(index.error());
  SortIndex made(std::move(*index));
  std::string values = "?1";
  for (std::size_t i = 0; i < kSortColumns; ++i) values += ", ?" + std::to_string(i + 2);
  // As one REPLACE, SQLite would first copy every page that it is about to change, into a file: half of all the time.
  if (auto done = made.index_.prepare(made.take_, "DELETE FROM sort_key WHERE exchange = ?1"); !done) return fail(done.error());
  if (auto done = made.index_.prepare(made.put_, "INSERT INTO sort_key VALUES (" + values + ")"); !done) return fail(done.error());
  const std::string some = "SELECT exchange FROM sort_key WHERE exchange < ?1 LIMIT " + std::to_string(kRemovedAStep);
  const std::string remove = "DELETE FROM sort_key WHERE exchange IN (" + some + ")";
  if (auto done = made.index_.prepare(made.remove_, remove); !done) return fail(done.error());
  return made;
}

Result<void> SortIndex::put(const Statement& row) {
  if (auto taken = take_->run(row.integer(0)); !taken) return taken;
  put_->bindRow(row, int(kSortColumns) + 1);
  return put_->each([] { return true; });
}

Result<bool> SortIndex::removeBelow(ExchangeId id) {
  if (auto done = remove_->run(id); !done) return fail(done.error());
  return index_.sql().changedRows() == kRemovedAStep;
}

Result<SortLookup> SortLookup::open(const fs::path& dataDir, std::uint64_t history) {
  auto look = DerivedLook::open(kindIn(dataDir), history);
  if (!look) return fail(look.error());
  return SortLookup(std::move(*look));
}

Result<Statement> SortLookup::equals(SortOrder order, const SortEntry& after) {
  const std::string key = keyName(std::size_t(order.by));
  const std::string text = "SELECT " + key + ", exchange FROM sort_key WHERE " + key + " = ?1 AND exchange " +
                           (order.descending ? "< ?2 ORDER BY exchange DESC" : "> ?2 ORDER BY exchange");
  auto select = look_.sql().prepare(text.c_str());
  if (!select) return select;
  isText(order.by) ? select->bind(after.key.text, after.id) : select->bind(after.key.number, after.id);
  return select;
}

Result<Statement> SortLookup::beyond(SortOrder order, const std::optional<SortEntry>& after) {
  const std::string key = keyName(std::size_t(order.by));
  const std::string way = order.descending ? " DESC" : "";
  const std::string from = after ? " WHERE " + key + (order.descending ? " < ?1" : " > ?1") : "";
  const std::string text = "SELECT " + key + ", exchange FROM sort_key" + from + " ORDER BY " + key + way + ", exchange" + way;
  auto select = look_.sql().prepare(text.c_str());
  if (!select || !after) return select;
  isText(order.by) ? select->bind(after->key.text) : select->bind(after->key.number);
  return select;
}

}  // namespace sluice::store
