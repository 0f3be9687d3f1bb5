#include "core/store/sort_index.h"

#include <string>
#include <system_error>

#include "core/store/derived.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSortVersion = 1;  // raised by whoever changes the tables or what is put into them
constexpr int kRemovedAStep = 2000;

std::string keyName(std::size_t column) { return "key" + std::to_string(column); }

std::string tables() {
  std::string columns, indexes;
  for (std::size_t i = 0; i < kSortColumns; ++i) {
    columns += ", " + keyName(i) + (isText(SortColumn(i)) ? " TEXT NOT NULL" : " INTEGER NOT NULL");
    indexes += "CREATE INDEX sorted" + std::to_string(i) + " ON sort_key (" + keyName(i) + ");";
  }
  return "CREATE TABLE covered (id INTEGER PRIMARY KEY CHECK (id = 1), history INTEGER NOT NULL, version INTEGER NOT NULL) STRICT;"
         "CREATE TABLE sort_key (exchange INTEGER PRIMARY KEY" + columns + ") STRICT;" + indexes;
}

struct Covered {
  std::uint64_t history = 0;
  std::uint64_t version = 0;
};

// NotFound: not an index that this program can use.
Result<Covered> readCovered(SqlConnection& sql) {
  const auto unusable = [&] { return fail(Side::Local, Code::NotFound, sql.name() + ": is not the order of this history"); };
  const auto version = sql.integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (*version != kSortVersion) return unusable();
  auto select = sql.prepare("SELECT history, version FROM covered WHERE id = 1");
  if (!select) return unusable();
  const auto row = select->step();
  if (!row) return fail(row.error());
  if (!*row) return unusable();
  return Covered{select->natural(0), select->natural(1)};
}

}  // namespace

fs::path sortFile(const fs::path& dataDir) { return dataDir / "order.db"; }

Result<SortIndex> SortIndex::open(const fs::path& dataDir, std::uint64_t history) {
  std::error_code error;
  if (!fs::exists(sortFile(dataDir), error)) return anew(dataDir, history);
  auto sql = SqlConnection::open(sortFile(dataDir), Access::ReadWrite);
  if (!sql && sql.error().code == Code::DatabaseBusy) return fail(sql.error());
  if (!sql) return anew(dataDir, history);
  auto configured = configureDerived(*sql);
  if (!configured && configured.error().code == Code::DatabaseBusy) return fail(configured.error());
  const auto covered = readCovered(*sql);
  if (!configured || !covered || covered->history != history) {
    sql = fail(Side::Local, Code::NotFound, {});  // closed before its file is removed
    return anew(dataDir, history);
  }
  SortIndex index(std::move(*sql));
  index.history_ = covered->history;
  index.version_ = covered->version;
  if (auto ready = index.prepare(); !ready) return fail(ready.error());
  return index;
}

Result<SortIndex> SortIndex::anew(const fs::path& dataDir, std::uint64_t history) {
  if (auto removed = removeDerived(sortFile(dataDir)); !removed) return fail(removed.error());
  if (auto made = SqlConnection::create(sortFile(dataDir)); !made) return fail(made.error());
  auto sql = SqlConnection::open(sortFile(dataDir), Access::ReadWrite);
  if (!sql) return fail(sql.error());
  if (auto configured = configureDerived(*sql); !configured) return fail(configured.error());
  SortIndex index(std::move(*sql));
  if (auto created = index.create(history); !created) return fail(created.error());
  if (auto ready = index.prepare(); !ready) return fail(ready.error());
  return index;
}

Result<void> SortIndex::create(std::uint64_t history) {
  auto transaction = Transaction::begin(sql_, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  if (auto made = sql_.run(tables().c_str()); !made) return made;
  const std::string rest = "INSERT INTO covered VALUES (1, " + std::to_string(history) +
                           ", 0); PRAGMA user_version = " + std::to_string(kSortVersion);
  if (auto made = sql_.run(rest.c_str()); !made) return made;
  history_ = history;
  return transaction->commit();
}

Result<void> SortIndex::prepare() {
  const auto make = [this](std::optional<Statement>& into, const std::string& text) -> Result<void> {
    auto statement = sql_.prepare(text.c_str());
    if (!statement) return fail(statement.error());
    into = std::move(*statement);
    return {};
  };
  std::string values = "?1";
  for (std::size_t i = 0; i < kSortColumns; ++i) values += ", ?" + std::to_string(i + 2);
  if (auto made = make(put_, "INSERT OR REPLACE INTO sort_key VALUES (" + values + ")"); !made) return made;
  const std::string some = "SELECT exchange FROM sort_key WHERE exchange < ?1 LIMIT " + std::to_string(kRemovedAStep);
  if (auto made = make(remove_, "DELETE FROM sort_key WHERE exchange IN (" + some + ")"); !made) return made;
  return make(update_, "UPDATE covered SET version = ?1 WHERE id = 1");
}

Result<void> SortIndex::begin() { return sql_.run("BEGIN IMMEDIATE"); }

void SortIndex::rollback() {
  if (sql_.inTransaction()) (void)sql_.run("ROLLBACK");
}

Result<void> SortIndex::put(const Statement& row) {
  put_->bindRow(row, int(kSortColumns) + 1);
  return put_->each([] { return true; });
}

Result<bool> SortIndex::removeBelow(ExchangeId id) {
  if (auto done = remove_->run(id); !done) return fail(done.error());
  return sql_.changedRows() == kRemovedAStep;
}

Result<void> SortIndex::commit(std::uint64_t version) {
  if (auto done = update_->run(version); !done) return done;
  if (auto done = sql_.run("COMMIT"); !done) return done;
  version_ = version;
  return {};
}

Result<SortLookup> SortLookup::open(const fs::path& dataDir, std::uint64_t history) {
  auto sql = SqlConnection::open(sortFile(dataDir), Access::ReadOnly);
  if (!sql) return fail(sql.error());
  SortLookup lookup(std::move(*sql), history);
  const auto version = lookup.begin();
  lookup.end();
  if (!version) return fail(version.error());
  return lookup;
}

Result<std::uint64_t> SortLookup::begin() {
  end();
  if (sql_.fileIsGone()) return fail(Side::Local, Code::NotFound, sql_.name() + ": was made anew");
  if (auto begun = sql_.run("BEGIN"); !begun) return fail(begun.error());
  const auto covered = readCovered(sql_);
  if (!covered) return fail(covered.error());
  if (covered->history != history_) return fail(Side::Local, Code::NotFound, sql_.name() + ": is of another history");
  return covered->version;
}

void SortLookup::end() {
  if (sql_.inTransaction()) (void)sql_.run("ROLLBACK");
}

Result<Statement> SortLookup::equals(SortOrder order, const SortEntry& after) {
  const std::string key = keyName(std::size_t(order.by));
  const std::string text = "SELECT " + key + ", exchange FROM sort_key WHERE " + key + " = ?1 AND exchange " +
                           (order.descending ? "< ?2 ORDER BY exchange DESC" : "> ?2 ORDER BY exchange");
  auto select = sql_.prepare(text.c_str());
  if (!select) return select;
  isText(order.by) ? select->bind(after.key.text, after.id) : select->bind(after.key.number, after.id);
  return select;
}

Result<Statement> SortLookup::beyond(SortOrder order, const std::optional<SortEntry>& after) {
  const std::string key = keyName(std::size_t(order.by));
  const std::string way = order.descending ? " DESC" : "";
  const std::string from = after ? " WHERE " + key + (order.descending ? " < ?1" : " > ?1") : "";
  const std::string text = "SELECT " + key + ", exchange FROM sort_key" + from + " ORDER BY " + key + way + ", exchange" + way;
  auto select = sql_.prepare(text.c_str());
  if (!select || !after) return select;
  isText(order.by) ? select->bind(after->key.text) : select->bind(after->key.number);
  return select;
}

}  // namespace sluice::store
