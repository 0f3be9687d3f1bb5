// SQLite's own verdict on a whole history, indexes and references included.
#pragma once

#include <filesystem>
#include <string>

namespace sluice::store::test {

// "ok", or the first thing that is wrong.
std::string integrityOf(const std::filesystem::path& dataDir);

}  // namespace sluice::store::test
