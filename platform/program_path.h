// Where this program lies, to find those installed beside it. Any thread.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"

namespace sluice::platform {

// The directory of the running executable, links resolved: absolute.
Result<std::filesystem::path> ownProgramDirectory();
// The program of this name in there, which may not exist: with the ending that programs have on this system.
Result<std::filesystem::path> programBeside(const std::string& name);

}  // namespace sluice::platform
