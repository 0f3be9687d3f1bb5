#include "core/store/derived.h"

#include <algorithm>
#include <string>
#include <system_error>

#include "core/base/limits.h"
#include "core/store/file_names.h"
#include "core/store/search_index.h"
#include "core/store/sort_index.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

Result<void> removeFile(const fs::path& file) {
  std::error_code error;
  fs::remove(file, error);
  if (error) return fail(Side::Local, Code::System, utf8(file) + ": " + error.message());
  return {};
}

// 0: there is no such database, or it cannot be read now.
std::uint64_t integerIn(const fs::path& file, const char* query) {
  std::error_code error;
  if (!fs::exists(file, error)) return 0;
  auto sql = SqlConnection::open(file, Access::ReadOnly);
  if (!sql) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, sql->integer(query).value_or(0)));
}

std::uint64_t usedBytes(const fs::path& file) {
  return integerIn(file,
                   "SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size");
}

// What part of the order is of exchanges from `oldest` on: what was removed from the history leaves it some time later. Both of its ends
// in one look, since it can be made anew at any time.
double shareOfOrder(const fs::path& file, ExchangeId oldest) {
  std::error_code error;
  if (!fs::exists(file, error)) return 1;
  auto sql = SqlConnection::open(file, Access::ReadOnly);
  if (!sql) return 1;
  auto ends = sql->prepare("SELECT (SELECT min(exchange) FROM sort_key), (SELECT max(exchange) FROM sort_key)");
  if (!ends) return 1;
  const auto row = ends->step();
  if (!row || !*row) return 1;
  const std::uint64_t first = ends->natural(0), last = ends->natural(1);
  if (first == 0 || last < first) return 1;  // empty, or damaged
  const std::uint64_t begin = std::clamp(oldest.value, first, last + 1);
  return static_cast<double>(last + 1 - begin) / static_cast<double>(last + 1 - first);
}

// Pages that a step changes all over the file stay in memory until it is committed: with less, most of its time goes into
// writing them out in between.
constexpr int kCacheKiB = 32 * 1024;

// A log, and no waiting for the disk.
Result<void> configure(SqlConnection& sql) {
  const std::string pragmas = "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = " +
                              std::to_string(limits::kDatabaseLogPages) + "; PRAGMA journal_size_limit = " +
                              std::to_string(limits::kDatabaseLogBytesKept) + "; PRAGMA cache_size = -" + std::to_string(kCacheKiB);
  return sql.run(pragmas.c_str());
}

// NotFound: not an index that this program can use.
Result<Covered> readCovered(SqlConnection& sql, std::int64_t format) {
  const auto unusable = [&] { return fail(Side::Local, Code::NotFound, sql.name() + ": is not an index of this version"); };
  const auto found = sql.integer("PRAGMA user_version");
  if (!found) return fail(found.error());
  if (*found != format) return unusable();
  auto select = sql.prepare("SELECT history, version, exchanges FROM covered WHERE id = 1");
  if (!select) return unusable();
  const auto row = select->step();
  if (!row) return fail(row.error());
  if (!*row) return unusable();
  return Covered{select->natural(0), select->natural(1), select->natural(2)};
}

}  // namespace

Result<DerivedIndex> DerivedIndex::open(const DerivedKind& kind, std::uint64_t history) {
  std::error_code error;
  if (!fs::exists(kind.file, error)) return anew(kind, history);
  auto sql = SqlConnection::open(kind.file, Access::ReadWrite);
  if (!sql && sql.error().code == Code::DatabaseBusy) return fail(sql.error());
  if (!sql) return anew(kind, history);
  auto configured = configure(*sql);
  if (!configured && configured.error().code == Code::DatabaseBusy) return fail(configured.error());
  const auto covered = readCovered(*sql, kind.format);
  if (!configured || !covered || covered->history != history) {
    sql = fail(Side::Local, Code::NotFound, {});  // closed before its file is removed
    return anew(kind, history);
  }
  DerivedIndex index(std::move(*sql));
  index.covered_ = *covered;
  return index;
}

Result<DerivedIndex> DerivedIndex::anew(const DerivedKind& kind, std::uint64_t history) {
  if (auto removed = removeDerived(kind.file); !removed) return fail(removed.error());
  if (auto made = SqlConnection::create(kind.file); !made) return fail(made.error());
  auto sql = SqlConnection::open(kind.file, Access::ReadWrite);
  if (!sql) return fail(sql.error());
  if (auto configured = configure(*sql); !configured) return fail(configured.error());
  DerivedIndex index(std::move(*sql));
  if (auto created = index.create(kind, history); !created) return fail(created.error());
  return index;
}

Result<void> DerivedIndex::create(const DerivedKind& kind, std::uint64_t history) {
  auto transaction = Transaction::begin(sql_, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  const std::string all =
      "CREATE TABLE covered (id INTEGER PRIMARY KEY CHECK (id = 1), history INTEGER NOT NULL, version INTEGER NOT NULL,"
      " exchanges INTEGER NOT NULL) STRICT; INSERT INTO covered VALUES (1, " + std::to_string(history) + ", 0, 0);" + kind.tables +
      "; PRAGMA user_version = " + std::to_string(kind.format);
  if (auto made = sql_.run(all.c_str()); !made) return made;
  covered_.history = history;
  return transaction->commit();
}

Result<void> DerivedIndex::prepare(std::optional<Statement>& into, const std::string& text) {
  auto statement = sql_.prepare(text.c_str());
  if (!statement) return fail(statement.error());
  into = std::move(*statement);
  return {};
}

Result<void> DerivedIndex::commit(std::uint64_t version, std::uint64_t exchangesAdded) {
  if (!update_) {
    if (auto made = prepare(update_, "UPDATE covered SET version = ?1, exchanges = ?2 WHERE id = 1"); !made) return made;
  }
  const std::uint64_t exchanges = covered_.exchanges + exchangesAdded;
  if (auto done = update_->run(version, exchanges); !done) return done;
  if (auto done = sql_.run("COMMIT"); !done) return done;
  covered_.version = version;
  covered_.exchanges = exchanges;
  return {};
}

void DerivedIndex::rollback() {
  if (sql_.inTransaction()) (void)sql_.run("ROLLBACK");
}

Result<DerivedLook> DerivedLook::open(const DerivedKind& kind, std::uint64_t history) {
  auto sql = SqlConnection::open(kind.file, Access::ReadOnly);
  if (!sql) return fail(sql.error());
  DerivedLook look(std::move(*sql), kind.format, history);
  const auto version = look.begin();
  look.end();
  if (!version) return fail(version.error());
  return look;
}

Result<std::uint64_t> DerivedLook::begin() {
  end();
  if (sql_.fileIsGone()) return fail(Side::Local, Code::NotFound, sql_.name() + ": was made anew");
  if (auto begun = sql_.run("BEGIN"); !begun) return fail(begun.error());
  const auto covered = readCovered(sql_, format_);
  if (!covered) return fail(covered.error());
  if (covered->history != history_) return fail(Side::Local, Code::NotFound, sql_.name() + ": is of another history");
  return covered->version;
}

void DerivedLook::end() {
  if (sql_.inTransaction()) (void)sql_.run("ROLLBACK");
}

Result<void> removeDerived(const fs::path& file) {
  if (auto removed = removeFile(file); !removed) return removed;
  for (const auto companion : kCompanions) {
    if (auto removed = removeFile(withSuffix(file, companion)); !removed) return removed;
  }
  return {};
}

std::uint64_t derivedBytes(const fs::path& dataDir, std::uint64_t exchanges, ExchangeId oldest) {
  const auto indexed = static_cast<double>(integerIn(searchFile(dataDir), "SELECT exchanges FROM covered"));
  const double share = indexed <= static_cast<double>(exchanges) ? 1 : static_cast<double>(exchanges) / indexed;
  return static_cast<std::uint64_t>(static_cast<double>(usedBytes(searchFile(dataDir))) * share +
                                    static_cast<double>(usedBytes(sortFile(dataDir))) * shareOfOrder(sortFile(dataDir), oldest));
}

}  // namespace sluice::store
