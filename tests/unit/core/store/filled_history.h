// Histories of any size, made at once rather than recorded.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"
#include "core/store/database.h"

namespace sluice::store::test {

// Exchanges that have ended, from the first id that is free up to `upTo`, a thousand a version: as many as a test wants, at once.
Result<void> fillHistory(Database& database, std::uint64_t upTo);

// A history as an earlier version (1 to 6) made it, with one setting, k: to bring it up to date, an index is made of some 250 bytes for
// each exchange. Nothing may be there yet.
Result<void> makeOldHistory(const std::filesystem::path& dataDir, std::int64_t version, std::uint64_t exchanges);

}  // namespace sluice::store::test
