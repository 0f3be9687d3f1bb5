// What is done about a history that is damaged: found out before SQLite may touch it, and moved aside whole. The
// thread that opens the database.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"

namespace sluice::store {

std::filesystem::path historyFile(const std::filesystem::path& dataDir);
// By whatever name.
bool isHistory(const std::filesystem::path& file, const std::filesystem::path& dataDir);
// Of the database and its log; 0 when there is none.
std::uint64_t databaseBytes(const std::filesystem::path& dataDir);

// Fails with DatabaseDamaged when opening the file would make SQLite throw the log beside it away; with another code when it is no
// file. ENSURES: it was neither written nor opened: a descriptor beside SQLite's own, once closed, takes its locks with it
// (https://sqlite.org/howtocorrupt.html, section 2.2).
Result<void> checkLog(const std::filesystem::path& history);

// Renames the history, its log and its bodies to history.damaged-20261121-101500.db and the like, UTC, over nothing that exists.
// Returns the database's new name.
Result<std::filesystem::path> moveAside(const std::filesystem::path& dataDir, WallTime now);

// The same for a history that its user cleared: history.cleared-..., which Trash removes.
inline constexpr std::string_view kClearedPrefix = "history.cleared-";
Result<void> moveToTrash(const std::filesystem::path& dataDir, WallTime now);

}  // namespace sluice::store
