// The commands that talk to a running engine. Blocking; one thread.
#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"

namespace sluice::cli {

Result<void> status(Format format, const std::filesystem::path& dataDir, Output& output);
Result<void> connections(Format format, const std::filesystem::path& dataDir, Output& output);
// Until the engine stops or nobody reads the output any more.
Result<void> watch(const WatchCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);
Result<void> turn(const SwitchCommand& command, const std::filesystem::path& dataDir);
Result<void> annotate(const AnnotateCommand& command, const std::filesystem::path& dataDir);
Result<void> passThrough(const PassThroughCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);
// Returns when an empty history has taken the place of what was recorded.
Result<void> clear(const std::filesystem::path& dataDir);
// Returns when the engine has let go of its data directory.
Result<void> stop(const std::filesystem::path& dataDir);

}  // namespace sluice::cli
