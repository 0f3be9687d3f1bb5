// "sluicectl selftest": what a network profile was asked for, and what it makes of a link through the engine. One thread.
#pragma once

#include <filesystem>

#include "app/cli/arguments.h"
#include "app/cli/output.h"
#include "core/base/result.h"

namespace sluice::cli {

Result<void> selfTest(const SelfTestCommand& command, Format format, const std::filesystem::path& dataDir, Output& output);

}  // namespace sluice::cli
