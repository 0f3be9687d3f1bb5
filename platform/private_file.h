// Small files that nobody but their owner may read: keys. Any thread; blocks.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace sluice::platform {

// ENSURES: `path` holds exactly `bytes`, is readable by its owner alone, and is never seen half written.
Result<void> writePrivateFile(const std::filesystem::path& path, std::string_view bytes);

// ENSURES: nobody else may read the file from here on: one that was open to others is narrowed. Code::NotFound when there
// is none; Code::AccessDenied also for one that belongs to another user; Code::BadArgument when it is over a mebibyte.
Result<std::string> readPrivateFile(const std::filesystem::path& path);

}  // namespace sluice::platform
