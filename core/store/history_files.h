// Which files of a data directory are its history. Histories are numbered: history.db is the first, history-2.db the one after it. The
// one with the highest number is the history; those below it were cleared, and go (trash.h) from the lowest on, so that whoever has one
// open finds the next beside it. Clearing renames nothing that may be open: Windows would not have it, and SQLite for Windows knows the
// shared memory of a database by the name of its file.
//
// What is made from a history has its number too: search-2.db, order-2.db. Any thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>
#include <vector>

#include "core/base/id.h"
#include "core/base/result.h"
#include "core/store/kept_settings.h"
#include "core/store/sql_connection.h"

namespace sluice::store {

// Of the history; where there is none yet, the first.
std::filesystem::path historyFile(const std::filesystem::path& dataDir);
// Of what is made from it, such as "search".
std::filesystem::path derivedFile(const std::filesystem::path& dataDir, std::string_view kind);
// By whatever name.
bool isHistory(const std::filesystem::path& file, const std::filesystem::path& dataDir);
// Of the history and its log; 0 when there is none.
std::uint64_t databaseBytes(const std::filesystem::path& dataDir);
// Likewise, of a database whose name is known: without a look at what else is in the folder.
std::uint64_t bytesWithLog(const std::filesystem::path& database);

// As SqlConnection::open(); fileIsGone() also once the history has been cleared.
Result<SqlConnection> openHistory(const std::filesystem::path& dataDir, Access access);

// What a history that follows another takes over from it.
struct Inherited {
  ExchangeId nextExchange{1};  // so that no exchange ever has the body file of another
  ConnectionId nextConnection{1};
  KeptSettings settings;
};
// Of a history that cannot be opened for writing now, since its disk is full or another program holds it; of any version. Nothing is
// written. REQUIRES: the caller is its only writer.
Result<Inherited> lookAtHistory(const std::filesystem::path& dataDir);
// Makes the next history and lets it take the place of this one. On failure nothing has changed. Where there is no room for it, it is an
// empty file, in which the writer makes tables once there is. REQUIRES: the caller is the only writer.
Result<void> beginNextHistory(const std::filesystem::path& dataDir, const Inherited& inherited);

// Files that belong to cleared histories, and what an interrupted beginNextHistory() has left.
struct ClearedFile {
  std::filesystem::path file;
  std::uint64_t number = 0;
  bool isHistory = false;  // none of its companions
};
// From the lowest number on, each history before its companions.
std::vector<ClearedFile> clearedFiles(const std::filesystem::path& dataDir);

}  // namespace sluice::store
