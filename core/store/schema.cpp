#include "core/store/schema.h"

#include <array>
#include <string>

#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

// Times are microseconds since 1970 (started_us and the like) or since the exchange began (resolved_us to
// finished_us; NULL: did not happen). Numbers of enums are those of core/capture/records.h, core/base/error.h and
// core/store/rows.h. Text from traffic may hold any bytes.
//
// `history` is one row: what is true of the whole. Its versions begin with the moment at which it was made, in
// milliseconds since 1970: so whoever followed a history that is gone notices that this is another one.
//
// Of one exchange, what lists and filters need is in `exchange`, so that a scan of it stays small; heads and bodies
// lie apart. A body is a run of pieces in order of id, appended while it arrives; one that outgrows the inline limit
// moves to a file.
constexpr const char* kVersion1 = R"sql(
CREATE TABLE history (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  first_version INTEGER NOT NULL,
  version INTEGER NOT NULL,
  exchanges INTEGER NOT NULL,
  next_exchange INTEGER NOT NULL,
  next_connection INTEGER NOT NULL,
  body_file_bytes INTEGER NOT NULL
) STRICT;
INSERT INTO history
  SELECT 1, made, made, 0, 1, 1, 0 FROM (SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER) AS made);

CREATE TABLE session (
  id INTEGER PRIMARY KEY,
  started_us INTEGER NOT NULL,
  ended_us INTEGER
) STRICT;

CREATE TABLE connection (
  id INTEGER PRIMARY KEY,
  session INTEGER NOT NULL REFERENCES session,
  opened_us INTEGER NOT NULL,
  closed_us INTEGER,  -- NULL: open, or the engine went away first
  client_address TEXT NOT NULL,
  listener TEXT NOT NULL
) STRICT;

CREATE TABLE exchange (
  id INTEGER PRIMARY KEY,
  version INTEGER NOT NULL,
  session INTEGER NOT NULL REFERENCES session,
  connection INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  state INTEGER NOT NULL,
  method TEXT NOT NULL,
  url TEXT NOT NULL,
  scheme TEXT NOT NULL,
  host TEXT NOT NULL,
  port INTEGER NOT NULL,
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  started_us INTEGER NOT NULL,
  resolved_us INTEGER,
  connected_us INTEGER,
  request_sent_us INTEGER,
  response_head_us INTEGER,
  finished_us INTEGER,
  request_bytes INTEGER NOT NULL,
  request_stored_bytes INTEGER NOT NULL,
  request_place INTEGER NOT NULL,
  response_bytes INTEGER NOT NULL,
  response_stored_bytes INTEGER NOT NULL,
  response_place INTEGER NOT NULL,
  error_code INTEGER NOT NULL,
  error_side INTEGER NOT NULL,
  error_system INTEGER NOT NULL,
  error_detail TEXT NOT NULL,
  upstream_address TEXT NOT NULL,
  upstream_reused INTEGER NOT NULL
) STRICT;
CREATE INDEX exchange_version ON exchange (version);
CREATE INDEX exchange_running ON exchange (id) WHERE state = 0;

CREATE TABLE head (
  exchange INTEGER PRIMARY KEY REFERENCES exchange ON DELETE CASCADE,
  request BLOB NOT NULL,
  response BLOB NOT NULL,
  request_trailers BLOB NOT NULL,
  response_trailers BLOB NOT NULL
) STRICT;

CREATE TABLE body_piece (
  id INTEGER PRIMARY KEY,
  exchange INTEGER NOT NULL REFERENCES exchange ON DELETE CASCADE,
  direction INTEGER NOT NULL,
  bytes BLOB NOT NULL
) STRICT;
CREATE INDEX body_piece_exchange ON body_piece (exchange, direction);

CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
)sql";

// Step n brings version n to n + 1. Steps are never changed once released, only added.
constexpr std::array<const char*, kSchemaVersion> kSteps{kVersion1};

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
  return version;
}

Result<void> migrate(SqlConnection& sql, std::int64_t from) {
  if (from == kSchemaVersion) return {};
  auto transaction = Transaction::begin(sql, Transaction::Kind::Write);
  if (!transaction) return fail(transaction.error());
  for (auto version = static_cast<std::size_t>(from); version < kSteps.size(); ++version) {
    if (auto done = sql.run(kSteps[version]); !done) return done;
  }
  const std::string marks = "PRAGMA application_id = " + std::to_string(kApplicationId) +
                            "; PRAGMA user_version = " + std::to_string(kSchemaVersion);
  if (auto done = sql.run(marks.c_str()); !done) return done;
  return transaction->commit();
}

}  // namespace sluice::store
