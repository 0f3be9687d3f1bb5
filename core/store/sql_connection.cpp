#include "core/store/sql_connection.h"

#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <string_view>
#include <system_error>

#include "core/base/limits.h"
#include "core/store/file_names.h"
#include "core/store/sql_error.h"

namespace sluice::store {
namespace {

// The database file format, section 1.3: https://www.sqlite.org/fileformat2.html
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kWriteVersionAt = 18;

// https://sqlite.org/uri.html: every byte that could mean something else is escaped.
std::string untouchedUri(const std::filesystem::path& file) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto text = std::filesystem::absolute(file).generic_u8string();
  std::string uri = text.starts_with(u8"/") ? "file://" : "file:///";
  for (const char8_t c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') || byte == '/' || byte == ':') {
      uri += static_cast<char>(byte);
    } else {
      uri += '%';
      uri += kDigits[byte >> 4];
      uri += kDigits[byte & 15];
    }
  }
  return uri + "?immutable=1";
}

// Nobody asks SQLite how much memory it has, and counting it takes a lock for each allocation. Only before its first use.
void leaveMemoryUncounted() {
  [[maybe_unused]] static const int once = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// SQLite's own descriptor: closing another one of this file would drop the locks of every connection of this process.
sqlite3_file* fileOf(sqlite3* db) {
  sqlite3_file* file = nullptr;
  sqlite3_file_control(db, "main", SQLITE_FCNTL_FILE_POINTER, &file);
  return file;
}

}  // namespace

void SqlConnection::Close::operator()(sqlite3* db) const { sqlite3_close_v2(db); }

bool SqlConnection::hasLog(const std::filesystem::path& file) { return bytesIn(withSuffix(file, "-wal")) > 0; }

Result<void> SqlConnection::create(const std::filesystem::path& file) {
  namespace fs = std::filesystem;
  std::error_code error;
  if (!fs::exists(file, error) && !error) {
    errno = 0;
    if (!std::ofstream(file, std::ios::binary | std::ios::app)) error.assign(errno, std::generic_category());
  }
  if (!error) fs::permissions(file, fs::perms::owner_read | fs::perms::owner_write, error);
  if (error) return fail(fileError(error.value(), utf8(file)));
  return {};
}

Result<SqlConnection> SqlConnection::open(const std::filesystem::path& file, Access access) {
  auto opened = openAs(file, access);
  if (!opened || access != Access::ReadOnly) return opened;
  // Whoever reads a log needs an index of it beside it, or a folder to make one in. Where nobody has left a log, there is none to read.
  const auto readable = opened->integer("PRAGMA schema_version");
  if (readable || (readable.error().code != Code::NotFound && readable.error().code != Code::AccessDenied)) return opened;
  if (hasLog(file)) {
    return fail(Side::Local, Code::AccessDenied,
                utf8(file) + ": its log cannot be read in a folder that may not be written; copy both, and open the copy");
  }
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(file, error);
  if (error) return fail(fileError(error.value(), utf8(file)));
  auto untouched = openAs(file, Access::Untouched);
  if (untouched) untouched->quiet_ = Quiet{file, changed};
  return untouched;
}

Result<SqlConnection> SqlConnection::openAs(const std::filesystem::path& file, Access access) {
  leaveMemoryUncounted();
  const std::string name = utf8(file);
  const int mode = access == Access::ReadWrite ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
  const int uri = access == Access::Untouched ? SQLITE_OPEN_URI : 0;
  const std::string asked = access == Access::Untouched ? untouchedUri(file) : name;
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(asked.c_str(), &db,
                                   mode | uri | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE | SQLITE_OPEN_EXRESCODE, nullptr);
  SqlConnection connection(db, name);
  if (code != SQLITE_OK) return fail(sqlError(db, code, name));
  if (auto sound = connection.checkHeader(); !sound) return fail(sound.error());
  if (auto defended = connection.defend(); !defended) return fail(defended.error());
  return connection;
}

Result<SqlConnection> SqlConnection::inMemory() {
  leaveMemoryUncounted();
  sqlite3* db = nullptr;
  const int code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  SqlConnection connection(db, "a database in memory");
  if (code != SQLITE_OK) return fail(sqlError(db, code, connection.name_));
  if (auto defended = connection.defend(); !defended) return fail(defended.error());
  return connection;
}

Result<void> SqlConnection::checkHeader() const {
  sqlite3_file* const file = fileOf(db_.get());
  sqlite3_int64 bytes = 0;
  if (const int code = file->pMethods->xFileSize(file, &bytes); code != SQLITE_OK) return fail(sqlError(db_.get(), code, name_));
  std::array<char, kHeaderBytes> header{};
  const int code = file->pMethods->xRead(file, header.data(), static_cast<int>(header.size()), 0);
  if (code != SQLITE_OK && code != SQLITE_IOERR_SHORT_READ) return fail(sqlError(db_.get(), code, name_));
  if (bytes == 0 && header.front() == '\0') return {};  // SQLite says so of a file of one byte, too
  if (code != SQLITE_OK || !std::string_view(header.data(), header.size()).starts_with(kMagic)) {
    return fail(Side::Local, Code::DatabaseDamaged, name_ + ": is not a database");
  }
  // SQLite would open a file with an unknown write version, but never write to it.
  if (const char version = header[kWriteVersionAt]; version != 1 && version != 2) {
    return fail(Side::Local, Code::DatabaseDamaged, name_ + ": its header is malformed");
  }
  return {};
}

Result<void> SqlConnection::defend() {
  const auto configure = [this](int option, int value) {
    return sqlite3_db_config(db_.get(), option, value, static_cast<int*>(nullptr));
  };
  configure(SQLITE_DBCONFIG_DEFENSIVE, 1);
  configure(SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0);
  configure(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0);
  configure(SQLITE_DBCONFIG_ENABLE_TRIGGER, 0);
  configure(SQLITE_DBCONFIG_ENABLE_VIEW, 0);
  configure(SQLITE_DBCONFIG_ENABLE_FKEY, 1);
  configure(SQLITE_DBCONFIG_DQS_DDL, 0);
  configure(SQLITE_DBCONFIG_DQS_DML, 0);
  sqlite3_limit(db_.get(), SQLITE_LIMIT_LENGTH, static_cast<int>(limits::kDatabaseValueBytesMax));
  sqlite3_limit(db_.get(), SQLITE_LIMIT_ATTACHED, 0);
  sqlite3_busy_timeout(db_.get(), limits::kDatabaseBusyMs);
  return run("PRAGMA cell_size_check = ON");
}

Result<void> SqlConnection::run(const char* sql) {
  const int code = sqlite3_exec(db_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return fail(sqlError(db_.get(), code, name_));
  return {};
}

Result<std::int64_t> SqlConnection::integer(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->integer(0) : 0;
}

Result<std::string> SqlConnection::text(const char* sql) {
  auto statement = prepare(sql);
  if (!statement) return fail(statement.error());
  const auto row = statement->step();
  if (!row) return fail(row.error());
  return *row ? statement->text(0) : std::string();
}

bool SqlConnection::inTransaction() const { return sqlite3_get_autocommit(db_.get()) == 0; }

bool SqlConnection::readOnly() const { return sqlite3_db_readonly(db_.get(), "main") != 0; }

std::int64_t SqlConnection::changedRows() const { return sqlite3_changes64(db_.get()); }

bool SqlConnection::fileIsGone() const {
  std::error_code error;
  if (quiet_ && (hasLog(quiet_->file) || std::filesystem::last_write_time(quiet_->file, error) != quiet_->changed)) return true;
  if (!successor_.empty() && std::filesystem::exists(successor_, error)) return true;
  int moved = 0;  // stays so on systems where an open file cannot be moved
  return sqlite3_file_control(db_.get(), "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

Result<void> SqlConnection::syncFile() {
  sqlite3_file* const file = fileOf(db_.get());
  if (const int code = file->pMethods->xSync(file, SQLITE_SYNC_NORMAL); code != SQLITE_OK) return fail(sqlError(db_.get(), code, name_));
  return {};
}

int SqlConnection::logPages() {
  if (!logPages_) {
    logPages_ = std::make_unique<int>(0);
    const auto note = [](void* pages, sqlite3*, const char*, int count) {
      *static_cast<int*>(pages) = count;
      return SQLITE_OK;
    };
    sqlite3_wal_hook(db_.get(), note, logPages_.get());
  }
  return *logPages_;
}

void SqlConnection::leaveLogOnClose() {
  sqlite3_db_config(db_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, static_cast<int*>(nullptr));
}

Result<Transaction> Transaction::begin(SqlConnection& sql, Kind kind) {
  // A writer takes its lock at once: a deferred one could find out halfway that it cannot have it.
  if (auto begun = sql.run(kind == Kind::Write ? "BEGIN IMMEDIATE" : "BEGIN"); !begun) return fail(begun.error());
  return Transaction(sql);
}

Transaction::~Transaction() {
  // After some errors SQLite has rolled back by itself.
  if (sql_ != nullptr && sql_->inTransaction()) (void)sql_->run("ROLLBACK");
}

Result<void> Transaction::commit() {
  auto committed = sql_->run("COMMIT");
  if (committed) sql_ = nullptr;
  return committed;
}

}  // namespace sluice::store
