// Small texts that outlive every history: whoever clears the history, or finds it damaged while it is in use, keeps them. They lie
// in the table `setting`; the recorder writes them and has them all in memory. The thread of the connection.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace sluice::store {

class SqlConnection;

using KeptSettings = std::map<std::string, std::string, std::less<>>;

Result<KeptSettings> readKeptSettings(SqlConnection& sql);

// Nothing as value: the key is forgotten.
Result<void> keepSetting(SqlConnection& sql, const std::string& key, const std::optional<std::string>& value);

// All of them, or none.
Result<void> keepSettings(SqlConnection& sql, const KeptSettings& settings);

}  // namespace sluice::store
