// The commands that read the history: they work whether an engine runs or not. Blocking; one thread.
#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"

namespace sluice::cli {

Result<void> list(const ListCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);
Result<void> show(const ShowCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);
// Byte for byte, in pieces; to a terminal as visibleText.
Result<void> body(const BodyCommand& command, const std::filesystem::path& dataDir, Output& output);

}  // namespace sluice::cli
