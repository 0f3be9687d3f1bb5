// Histories of any size, made at once rather than recorded.
#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "core/store/database.h"

namespace sluice::store::test {

// Exchanges that have ended, from the first id that is free up to `upTo`, a thousand a version: as many as a test wants, at once.
Result<void> fillHistory(Database& database, std::uint64_t upTo);

}  // namespace sluice::store::test
