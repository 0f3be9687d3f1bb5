// Which version of the tables a history has, and how an older one is brought up to date. The thread of the connection.
#pragma once

#include <cstdint>

#include "core/base/result.h"

namespace sluice::store {

class SqlConnection;

// PRAGMA application_id of our databases: "SLUI".
inline constexpr std::int64_t kApplicationId = 0x534c5549;
// PRAGMA user_version that this program writes and reads.
inline constexpr std::int64_t kSchemaVersion = 10;
// A user_version above this was never written by any program of ours: the file is damaged.
inline constexpr std::int64_t kSchemaVersionPlausible = 10'000;

// The version of a database, 0 when it is empty.
// Fails with DatabaseTooNew, naming both versions; with DatabaseDamaged when the database is not ours.
Result<std::int64_t> readVersion(SqlConnection& sql);

// What can only be chosen for an empty database: the size of its pages, and that space that is freed later can be given back in small
// steps.
Result<void> prepareEmpty(SqlConnection& sql);

// Brings a database from version `from` (0: empty) to `to`, each step in a transaction of its own: what is interrupted
// or fails leaves the version before that step, whole, and the next start goes on from there.
// REQUIRES: from, to <= kSchemaVersion.
Result<void> migrate(SqlConnection& sql, std::int64_t from, std::int64_t to = kSchemaVersion);

}  // namespace sluice::store
