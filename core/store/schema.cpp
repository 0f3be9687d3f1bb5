#include "core/store/schema.h"

#include <string>

#include "core/base/limits.h"
#include "core/store/schema_steps.h"
#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

tl::unexpected<Error> damaged(const SqlConnection& sql, const char* why) {
  return fail(Side::Local, Code::DatabaseDamaged, sql.name() + ": " + why);
}

Result<void> takeStep(SqlConnection& sql, std::int64_t to) {
  auto transaction = Transaction::begin(sql, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  if (auto done = sql.run(schemaSteps()[static_cast<std::size_t>(to - 1)]); !done) return done;
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(to);
  if (auto done = sql.run(marks.c_str()); !done) return done;
  return transaction->commit();
}

// Everything in it in the words that made it, but for what SQLite adds by itself: indexes without words, and what it knows of the
// distribution of values. Spaces are left out, since ALTER TABLE may come to set them otherwise.
Result<std::string> tablesOf(SqlConnection& sql) {
  return sql.text(
      "SELECT group_concat(words, char(10)) FROM (SELECT type || ' ' || name || ' ' || tbl_name || ' ' ||"
      " replace(replace(sql, ' ', ''), char(10), '') AS words FROM sqlite_schema WHERE sql IS NOT NULL AND sql NOT IN"
      " ('CREATE TABLE sqlite_stat1(tbl,idx,stat)', 'CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)') ORDER BY name)");
}

// A count of tables would not do: a column that computes, or a condition, runs whatever a file's maker wrote there as soon as SQLite
// reads the table, and a step would be taken twice where only the version was damaged.
Result<std::string> tablesOfVersion(std::int64_t version) {
  const auto make = [](std::int64_t upTo) -> Result<std::string> {
    auto sql = SqlConnection::inMemory();
    if (!sql) return fail(sql.error());
    if (auto made = migrate(*sql, 0, upTo); !made) return fail(made.error());
    return tablesOf(*sql);
  };
  static const Result<std::string> current = make(kSchemaVersion);  // asked for whenever a history is opened
  return version == kSchemaVersion ? current : make(version);
}

}  // namespace

Result<std::int64_t> readVersion(SqlConnection& sql) {
  const auto version = sql.integer("PRAGMA user_version");
  if (!version) return version;
  const auto objects = sql.integer("SELECT count(*) FROM sqlite_schema");
  if (!objects) return objects;
  if (*version == 0 && *objects == 0) return 0;
  const auto application = sql.integer("PRAGMA application_id");
  if (!application) return application;
  if (*application != kApplicationId) return damaged(sql, "is the database of another program");
  const auto encoding = sql.text("PRAGMA encoding");
  if (!encoding) return fail(encoding.error());
  if (*version < 1 || *version > kSchemaVersionPlausible || *encoding != "UTF-8") {
    return damaged(sql, "its header is malformed");
  }
  if (*version > kSchemaVersion) {
    return fail(Side::Local, Code::DatabaseTooNew,
                sql.name() + ": has version " + std::to_string(*version) + ", this program knows up to version " +
                    std::to_string(kSchemaVersion));
  }
  const auto tables = tablesOf(sql);
  if (!tables) return fail(tables.error());
  const auto expected = tablesOfVersion(*version);
  if (!expected) return fail(expected.error());
  if (*tables != *expected) return damaged(sql, "its tables are not those of its version");
  return version;
}

Result<void> prepareEmpty(SqlConnection& sql) {
  return sql.run(("PRAGMA page_size = " + std::to_string(limits::kDatabasePageBytes) + "; PRAGMA auto_vacuum = INCREMENTAL").c_str());
}

Result<void> migrate(SqlConnection& sql, std::int64_t from, std::int64_t to) {
  for (std::int64_t version = from; version < to; ++version) {
    if (auto done = takeStep(sql, version + 1); !done) return done;
  }
  return {};
}

}  // namespace sluice::store
