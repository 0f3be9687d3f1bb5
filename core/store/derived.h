// Databases beside the history that are made from it, and may be thrown away: the indexes for searching and sorting.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/base/result.h"

namespace sluice::store {

class SqlConnection;

// With its log. Errors: System; the detail names the file.
Result<void> removeDerived(const std::filesystem::path& file);

// A log, and no waiting for the disk.
Result<void> configureDerived(SqlConnection& sql);

// What they take, of which so many exchanges of the history need some. What the index for searching keeps of exchanges that are gone is
// not counted: it goes when it is as much as the rest, and till then nothing that is removed from the history would make it smaller.
std::uint64_t derivedBytes(const std::filesystem::path& dataDir, std::uint64_t exchanges);

}  // namespace sluice::store
