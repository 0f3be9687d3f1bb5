// What is done about a history that is damaged: found out before SQLite may touch it, and moved aside whole. The
// thread that opens the database.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/base/time.h"

namespace sluice::store {

// Fails with DatabaseDamaged when opening the file would make SQLite throw the log beside it away; with another code when it is no
// file. ENSURES: it was neither written nor opened: a descriptor beside SQLite's own, once closed, takes its locks with it
// (https://sqlite.org/howtocorrupt.html, section 2.2).
Result<void> checkLog(const std::filesystem::path& history);

// Renames the history, its log and its bodies to history.damaged-20261121-101500.db and the like, UTC, over nothing that exists.
// Returns the database's new name. First it removes what was cleared before, which would be the history again.
Result<std::filesystem::path> moveAside(const std::filesystem::path& dataDir, WallTime now);

}  // namespace sluice::store
