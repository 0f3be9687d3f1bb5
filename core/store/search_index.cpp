#include "core/store/search_index.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "core/store/derived.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kSearchVersion = 1;  // raised by whoever changes the tables or what is put into them
constexpr std::size_t kGramBytes = 3;
constexpr std::size_t kGramsAPiece = 10;  // more leave out next to nothing, and each costs a walk through its list
constexpr std::size_t kGramsMax = 60;     // FTS5 parses no expression of hundreds

// Contentless and without positions: an entry costs about a byte. `done` says what is in, since an exchange must not be added twice.
constexpr const char* kTables = R"sql(
CREATE TABLE covered (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  history INTEGER NOT NULL,
  version INTEGER NOT NULL,
  exchanges INTEGER NOT NULL
) STRICT;
CREATE TABLE done (exchange INTEGER PRIMARY KEY) STRICT;
CREATE VIRTUAL TABLE head_text USING fts5(text, content='', detail=none, columnsize=0, tokenize='trigram');
CREATE VIRTUAL TABLE body_text USING fts5(text, content='', detail=none, columnsize=0, tokenize='trigram');
)sql";

struct Covered {
  std::uint64_t history = 0;
  std::uint64_t version = 0;
  std::uint64_t exchanges = 0;
};

// NotFound: not an index that this program can use.
Result<Covered> readCovered(SqlConnection& sql) {
  const auto unusable = [&] { return fail(Side::Local, Code::NotFound, sql.name() + ": is not the index of this history"); };
  const auto version = sql.integer("PRAGMA user_version");
  if (!version) return fail(version.error());
  if (*version != kSearchVersion) return unusable();
  auto select = sql.prepare("SELECT history, version, exchanges FROM covered WHERE id = 1");
  if (!select) return unusable();
  const auto row = select->step();
  if (!row) return fail(row.error());
  if (!*row) return unusable();
  return Covered{select->natural(0), select->natural(1), select->natural(2)};
}

}  // namespace

fs::path searchFile(const fs::path& dataDir) { return dataDir / "search.db"; }

Result<SearchIndex> SearchIndex::open(const fs::path& dataDir, std::uint64_t history) {
  std::error_code error;
  if (!fs::exists(searchFile(dataDir), error)) return anew(dataDir, history);
  auto sql = SqlConnection::open(searchFile(dataDir), Access::ReadWrite);
  if (!sql && sql.error().code == Code::DatabaseBusy) return fail(sql.error());
  if (!sql) return anew(dataDir, history);
  auto configured = configureDerived(*sql);
  if (!configured && configured.error().code == Code::DatabaseBusy) return fail(configured.error());
  const auto covered = readCovered(*sql);
  if (!configured || !covered || covered->history != history) {
    sql = fail(Side::Local, Code::NotFound, {});  // closed before its file is removed
    return anew(dataDir, history);
  }
  SearchIndex index(std::move(*sql));
  index.history_ = covered->history;
  index.version_ = covered->version;
  index.exchanges_ = covered->exchanges;
  if (auto ready = index.prepare(); !ready) return fail(ready.error());
  return index;
}

Result<SearchIndex> SearchIndex::anew(const fs::path& dataDir, std::uint64_t history) {
  if (auto removed = removeDerived(searchFile(dataDir)); !removed) return fail(removed.error());
  if (auto made = SqlConnection::create(searchFile(dataDir)); !made) return fail(made.error());
  auto sql = SqlConnection::open(searchFile(dataDir), Access::ReadWrite);
  if (!sql) return fail(sql.error());
  if (auto configured = configureDerived(*sql); !configured) return fail(configured.error());
  SearchIndex index(std::move(*sql));
  if (auto created = index.create(history); !created) return fail(created.error());
  if (auto ready = index.prepare(); !ready) return fail(ready.error());
  return index;
}

Result<void> SearchIndex::create(std::uint64_t history) {
  auto transaction = Transaction::begin(sql_, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  if (auto made = sql_.run(kTables); !made) return made;
  const std::string rest = "INSERT INTO covered VALUES (1, " + std::to_string(history) +
                           ", 0, 0); PRAGMA user_version = " + std::to_string(kSearchVersion);
  if (auto made = sql_.run(rest.c_str()); !made) return made;
  history_ = history;
  return transaction->commit();
}

Result<void> SearchIndex::prepare() {
  const auto make = [this](std::optional<Statement>& into, const char* text) -> Result<void> {
    auto statement = sql_.prepare(text);
    if (!statement) return fail(statement.error());
    into = std::move(*statement);
    return {};
  };
  if (auto made = make(has_, "SELECT 1 FROM done WHERE exchange = ?1"); !made) return made;
  if (auto made = make(addDone_, "INSERT INTO done VALUES (?1)"); !made) return made;
  if (auto made = make(addHeads_, "INSERT INTO head_text (rowid, text) VALUES (?1, ?2)"); !made) return made;
  if (auto made = make(addBodies_, "INSERT INTO body_text (rowid, text) VALUES (?1, ?2)"); !made) return made;
  return make(update_, "UPDATE covered SET version = ?1, exchanges = ?2 WHERE id = 1");
}

Result<void> SearchIndex::begin() {
  added_ = 0;
  return sql_.run("BEGIN IMMEDIATE");
}

void SearchIndex::rollback() {
  if (sql_.inTransaction()) (void)sql_.run("ROLLBACK");
}

Result<bool> SearchIndex::has(ExchangeId exchange) {
  bool found = false;
  has_->bind(exchange);
  auto done = has_->each([&] { return found = true; });
  if (!done) return fail(done.error());
  return found;
}

Result<void> SearchIndex::add(ExchangeId exchange, std::string_view heads, std::string_view bodies) {
  if (auto done = addDone_->run(exchange); !done) return done;
  if (auto done = addHeads_->run(exchange, heads); !done) return done;
  ++added_;
  return bodies.empty() ? Result<void>{} : addBodies_->run(exchange, bodies);
}

Result<void> SearchIndex::commit(std::uint64_t version) {
  if (auto done = update_->run(version, exchanges_ + added_); !done) return done;
  if (auto done = sql_.run("COMMIT"); !done) return done;
  version_ = version;
  exchanges_ += added_;
  return {};
}

Result<SearchLookup> SearchLookup::open(const fs::path& dataDir, std::uint64_t history) {
  auto sql = SqlConnection::open(searchFile(dataDir), Access::ReadOnly);
  if (!sql) return fail(sql.error());
  const auto covered = readCovered(*sql);
  if (!covered) return fail(covered.error());
  if (covered->history != history) return fail(Side::Local, Code::NotFound, sql->name() + ": is of another history");
  return SearchLookup(std::move(*sql));
}

Result<std::uint64_t> SearchLookup::begin() {
  end();
  if (auto begun = sql_.run("BEGIN"); !begun) return fail(begun.error());
  const auto covered = readCovered(sql_);
  if (!covered) return fail(covered.error());
  return covered->version;
}

void SearchLookup::end() {
  if (sql_.inTransaction()) (void)sql_.run("ROLLBACK");
}

Result<std::optional<std::vector<std::int64_t>>> SearchLookup::find(SearchTable table, const std::vector<std::string>& pieces,
                                                                    std::size_t max) {
  const char* text = table == SearchTable::Heads ? "SELECT rowid FROM head_text WHERE head_text MATCH ?1"
                                                 : "SELECT rowid FROM body_text WHERE body_text MATCH ?1";
  auto select = sql_.prepare(text);
  if (!select) return fail(select.error());
  std::vector<std::int64_t> ids;
  const std::string expression = searchExpression(pieces);
  select->bind(expression);
  auto read = select->each([&] {
    ids.push_back(select->integer(0));
    return ids.size() <= max;
  });
  if (!read) return fail(read.error());
  if (ids.size() > max) return std::nullopt;
  std::sort(ids.begin(), ids.end());
  return ids;
}

std::string searchExpression(const std::vector<std::string>& pieces) {
  std::string expression;
  std::size_t total = 0;
  for (const std::string& piece : pieces) {
    const std::size_t last = piece.size() - kGramBytes;
    const std::size_t count = std::min(last + 1, kGramsAPiece);
    for (std::size_t i = 0; i < count && total < kGramsMax; ++i, ++total) {
      const std::size_t at = count == 1 ? 0 : i * last / (count - 1);
      if (!expression.empty()) expression += " AND ";
      expression += '"';
      for (const char c : piece.substr(at, kGramBytes)) expression.append(c == '"' ? 2 : 1, c);
      expression += '"';
    }
  }
  return expression;
}

}  // namespace sluice::store
