// Where this program lies, to find those installed beside it. Any thread.
#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace sluice::platform {

// The directory of the running executable, links resolved: absolute.
Result<std::filesystem::path> ownProgramDirectory();

}  // namespace sluice::platform
