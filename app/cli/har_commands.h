// HAR files: the history as one, or one into the history. Blocking; one thread.
#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"

namespace sluice::cli {

// Reads the history whether an engine runs or not. A file that is there already is replaced when all has been written.
Result<void> exportHar(const ExportCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);

// Adds the file's exchanges: through the engine that has the history, or, where none runs, as a capture session of their own.
Result<void> importHar(const ImportCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);

}  // namespace sluice::cli
