// The commands that read the history: they work whether an engine runs or not. Blocking; one thread.
#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"
#include "core/store/reader.h"

namespace sluice::cli {

// A saved session where `session` names one; else the history, once an engine that runs has written all that it has recorded so far.
Result<store::Reader> openHistory(const std::filesystem::path& dataDir, const std::filesystem::path& session);

Result<void> list(const ListCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);
Result<void> show(const ShowCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);
// Byte for byte, in pieces; to a terminal as visibleText.
Result<void> body(const BodyCommand& command, const std::filesystem::path& dataDir, Output& output);

// A file that is there already is replaced when all has been written.
Result<void> saveSession(const SaveSessionCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);

}  // namespace sluice::cli
