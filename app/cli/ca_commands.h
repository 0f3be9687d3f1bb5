// The commands about the CA that clients must trust. Main thread.
#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"

namespace sluice::cli {

// The path of its certificate. NotFound: no engine has run there yet.
Result<void> caPath(Format format, const std::filesystem::path& dataDir, Output& output);

// Its certificate, as PEM or, for a file whose name says so, DER.
Result<void> exportCa(const ExportCaCommand& command, const std::filesystem::path& dataDir, Output& output);

// Where programs of this machine look up whom to trust: lists these places, or puts it there, or takes it away. NotFound: a place that
// is none, or no engine has run there yet.
Result<void> trust(const TrustCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);

// Throws the CA away; the next start of the engine makes another. DataDirInUse while one runs.
Result<void> regenerateCa(Format format, const std::filesystem::path& dataDir, Output& output);

}  // namespace sluice::cli
