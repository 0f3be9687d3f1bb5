// One open SQLite database with every defence switched on: no trust in its schema, no extensions, no triggers, no
// views, cell sizes checked. One thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/store/sql_statement.h"

struct sqlite3;

namespace sluice::store {

// ReadOnly: others may write meanwhile; in a folder that may not be written, too.
// Untouched: nothing is written, not even a log or an index beside the file; for files that nobody else writes.
enum class Access : std::uint8_t { ReadWrite, ReadOnly, Untouched };

class SqlConnection {
 public:
  // Makes an empty file, readable by its owner only, where there is none; of one that is there, it changes the rights. SQLite would
  // make it readable for the whole group; its log and index take over the rights of the file.
  static Result<void> create(const std::filesystem::path& file);

  // The file must exist. Fails with DatabaseDamaged when its first bytes are those of no database; an empty one is a new database.
  static Result<SqlConnection> open(const std::filesystem::path& file, Access access);
  // An empty one that nobody else sees.
  static Result<SqlConnection> inMemory();

  // Whether commits lie beside the file that are not in it: whoever opens it as Untouched does not see them.
  static bool hasLog(const std::filesystem::path& file);

  Result<void> run(const char* sql);  // one statement or more
  Result<Statement> prepare(const char* sql) { return Statement::prepare(db_.get(), sql, name_); }
  Result<std::int64_t> integer(const char* sql);  // first column of the first row; 0 without one
  Result<std::string> text(const char* sql);

  bool inTransaction() const;
  bool readOnly() const;           // also when asked for ReadWrite: the file did not allow it
  std::int64_t changedRows() const;  // by the last statement
  // Renamed or removed meanwhile, while this connection still sees it, or followed by another file; or somebody writes it after all, and
  // this connection would not see that: it is to be opened again.
  bool fileIsGone() const;
  void goesWhenThereIs(std::filesystem::path successor) { successor_ = std::move(successor); }

  // What has been folded into the file so far reaches the disk. SQLite sees to that only when it has folded all of the log.
  Result<void> syncFile();
  // Of the log, after the last commit of this connection. From the first call on nobody folds it into the database by himself.
  int logPages();
  // The last connection to be closed folds the log in and removes it; this one shall not, although it may be the last.
  void leaveLogOnClose();
  sqlite3* handle() { return db_.get(); }  // for the files of this folder that tell SQLite of functions of ours
  const std::string& name() const { return name_; }  // the file, for messages

 private:
  struct Close {
    void operator()(sqlite3* db) const;
  };

  SqlConnection(sqlite3* db, std::string name) : db_(db), name_(std::move(name)) {}

  Result<void> checkHeader() const;
  static Result<SqlConnection> openAs(const std::filesystem::path& file, Access access);
  Result<void> defend();

  // Of a file that was opened as Untouched in place of ReadOnly, as it was then.
  struct Quiet {
    std::filesystem::path file;
    std::filesystem::file_time_type changed;
  };

  std::unique_ptr<sqlite3, Close> db_;
  std::string name_;
  std::optional<Quiet> quiet_;
  std::filesystem::path successor_;  // empty: none can come
  std::unique_ptr<int> logPages_;  // SQLite writes it; none: not yet
};

// Begins on construction; rolls back on destruction unless committed.
class Transaction {
 public:
  enum class Kind : std::uint8_t { Read, Write };

  static Result<Transaction> begin(SqlConnection& sql, Kind kind);
  Transaction(Transaction&& other) noexcept : sql_(std::exchange(other.sql_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Result<void> commit();

 private:
  explicit Transaction(SqlConnection& sql) : sql_(&sql) {}

  SqlConnection* sql_;
};

}  // namespace sluice::store
