#include "core/store/database.h"

#include <string>
#include <system_error>
#include <utility>

#include "core/base/limits.h"
#include "core/store/body_files.h"
#include "core/store/damage.h"
#include "core/store/history_files.h"
#include "core/store/history_writer.h"
#include "core/store/kept_settings.h"
#include "core/store/schema.h"
#include "core/store/sql_connection.h"

namespace sluice::store {
namespace {

namespace fs = std::filesystem;

// Reads every page of a small database. A large one would keep the user waiting; there, only what every start needs
// is checked, and the rest when it is read.
Result<void> quickCheck(SqlConnection& sql, const fs::path& history, std::int64_t version) {
  std::error_code error;
  const auto bytes = fs::file_size(history, error);
  // Without tables of ours there is nothing that could be large.
  const bool small = version == 0 || (!error && bytes <= limits::kDatabaseFullCheckBytesMax);
  const auto verdict = sql.text(small ? "PRAGMA quick_check(1)" : "PRAGMA quick_check(history)");
  if (!verdict) return fail(verdict.error());
  if (*verdict != "ok") return fail(Side::Local, Code::DatabaseDamaged, sql.name() + ": " + *verdict);
  return {};
}

Result<void> useWriteAheadLog(SqlConnection& sql) {
  const auto mode = sql.text("PRAGMA journal_mode = WAL");
  if (!mode) return fail(mode.error());
  if (*mode != "wal") return fail(Side::Local, Code::System, sql.name() + ": its file system allows no log");
  const std::string pragmas = "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = " +
                              std::to_string(limits::kDatabaseLogPages) + "; PRAGMA journal_size_limit = " +
                              std::to_string(limits::kDatabaseLogBytesKept) +
                              "; PRAGMA cache_size = -" + std::to_string(limits::kDatabaseCacheKiB);
  return sql.run(pragmas.c_str());
}

Result<SqlConnection> openChecked(const fs::path& history) {
  if (auto sound = checkLog(history); !sound) return fail(sound.error());
  if (auto made = SqlConnection::create(history); !made) return fail(made.error());
  auto sql = SqlConnection::open(history, Access::ReadWrite);
  if (!sql) return sql;
  const auto version = readVersion(*sql);
  if (!version) return fail(version.error());
  if (sql->readOnly()) return fail(Side::Local, Code::AccessDenied, sql->name() + ": is not writable");
  // Also where nothing is in it: a file can hold no table and be damaged all the same.
  if (auto sound = quickCheck(*sql, history, *version); !sound) return fail(sound.error());
  if (*version == 0) {
    if (auto ready = prepareEmpty(*sql); !ready) return fail(ready.error());
  }
  if (auto done = useWriteAheadLog(*sql); !done) return fail(done.error());
  if (auto done = migrate(*sql, *version); !done) return fail(done.error());
  return sql;
}

// Of a damaged database: their pages may be sound. Its log is left out: to read that, SQLite would write beside the file.
Result<KeptSettings> settingsOf(const fs::path& damaged) {
  auto sql = SqlConnection::open(damaged, Access::Untouched);
  if (!sql) return fail(sql.error());
  const auto application = sql->integer("PRAGMA application_id");
  if (!application || *application != kApplicationId) return fail(Side::Local, Code::DatabaseDamaged, sql->name() + ": is not ours");
  return readKeptSettings(*sql);
}

}  // namespace

Database::Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;
Database::~Database() = default;

Result<Database> Database::open(const fs::path& dataDir, WallTime now) {
  auto database = openSound(dataDir);
  if (database) return database;
  // BadArgument: our statements are sound, so the tables are not ours.
  const Code code = database.error().code;
  if (code != Code::DatabaseDamaged && code != Code::BadArgument) return database;
  return replaceDamaged(dataDir, database.error(), now);
}

Result<Database> Database::replaceDamaged(const fs::path& dataDir, const Error& why, WallTime now) {
  auto to = moveAside(dataDir, now);
  if (!to) return fail(to.error());
  auto database = openSound(dataDir);
  if (!database) return database;
  const auto settings = settingsOf(*to);
  const bool kept = settings && keepSettings(database->sql(), *settings);
  database->movedAside_ = MovedAside{std::move(*to), why, kept};
  return database;
}

Result<Database> Database::openSound(const fs::path& dataDir) {
  auto file = historyFile(dataDir);
  auto sql = openChecked(file);
  if (!sql) return fail(sql.error());
  if (auto made = makeBodyFolder(dataDir); !made) return fail(made.error());
  Database database;
  database.dataDir_ = dataDir;
  database.file_ = std::move(file);
  database.sql_ = std::make_unique<SqlConnection>(std::move(*sql));
  // Whether the tables are ours, only the statements that use them can tell.
  const auto writer = HistoryWriter::create(database);
  if (!writer) return fail(writer.error());
  database.nextExchange_ = ExchangeId{writer->state().nextExchange};
  database.nextConnection_ = ConnectionId{writer->state().nextConnection};
  return database;
}

}  // namespace sluice::store
