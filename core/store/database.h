// The history (history_files.h) as its one writer opens it: checked, migrated, locked down. A damaged database is moved aside
// with everything that belongs to it and a new one is made; nothing is ever deleted. One thread at a time.
//
// DATA_DIR must exist. Large bodies lie in DATA_DIR/bodies.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace sluice::store {

class SqlConnection;

class Database {
 public:
  // `now` names the damaged database, should there be one.
  // Errors: AccessDenied (not writable), DatabaseTooNew, DatabaseBusy, NoSpace, System; the detail names the path.
  static Result<Database> open(const std::filesystem::path& dataDir, WallTime now);

  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;
  ~Database();

  // Where numbering goes on: above every id that this database has ever held.
  ExchangeId nextExchangeId() const { return nextExchange_; }
  ConnectionId nextConnectionId() const { return nextConnection_; }

  // A database that was damaged and has been moved: what to tell the user.
  struct MovedAside {
    std::filesystem::path to;  // the damaged database's new name
    Error why;
    bool settingsKept = false;  // what outlives histories (kept_settings.h) could be read from it, and is in the new one
  };
  const std::optional<MovedAside>& movedAside() const { return movedAside_; }

  // Moves aside what is there, which SQLite has found damaged while it was in use and which must be closed, and
  // opens a new one.
  static Result<Database> replaceDamaged(const std::filesystem::path& dataDir, const Error& why, WallTime now);

  const std::filesystem::path& dataDir() const { return dataDir_; }
  const std::filesystem::path& file() const { return file_; }
  SqlConnection& sql() { return *sql_; }

 private:
  Database();

  static Result<Database> openSound(const std::filesystem::path& dataDir);

  std::filesystem::path dataDir_;
  std::filesystem::path file_;
  std::unique_ptr<SqlConnection> sql_;
  std::optional<MovedAside> movedAside_;
  ExchangeId nextExchange_{1};
  ConnectionId nextConnection_{1};
};

}  // namespace sluice::store
