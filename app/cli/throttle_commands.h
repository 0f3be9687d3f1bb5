// The commands that choose and show network profiles. Those that change something, or ask what is in force, talk to a running
// engine. Blocking; one thread.
#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"

namespace sluice::cli {

Result<void> limit(const LimitCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);
Result<void> profile(const ProfileCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);

}  // namespace sluice::cli
