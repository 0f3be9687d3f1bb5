#include "core/store/schema.h"

#include <string>

#include "core/store/schema_steps.h"
#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

tl::unexpected<Error> damaged(const SqlConnection& sql, const char* why) {
  return fail(Side::Local, Code::DatabaseDamaged, sql.name() + ": " + why);
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
  const auto ours = sql.integer("SELECT count(*) FROM sqlite_schema WHERE name NOT LIKE 'sqlite!_%' ESCAPE '!'");
  if (!ours) return ours;
  if (*ours != schemaObjects()[static_cast<std::size_t>(*version - 1)]) return damaged(sql, "its tables are not those of its version");
  return version;
}

namespace {

Result<void> takeStep(SqlConnection& sql, std::int64_t to) {
  auto transaction = Transaction::begin(sql, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  if (auto done = sql.run(schemaSteps()[static_cast<std::size_t>(to - 1)]); !done) return done;
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(to);
  if (auto done = sql.run(marks.c_str()); !done) return done;
  return transaction->commit();
}

}  // namespace

Result<void> migrate(SqlConnection& sql, std::int64_t from, std::int64_t to) {
  for (std::int64_t version = from; version < to; ++version) {
    if (auto done = takeStep(sql, version + 1); !done) return done;
  }
  return {};
}

}  // namespace sluice::store
