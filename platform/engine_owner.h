// The lines of the lock file: who has a data directory, and where that engine listens. The same on every system; private to
// the implementations of data_dir_lock.h. Any thread.
//
// Lines of key=value, written front to back, so that a reader who comes in the middle of a write sees fewer lines and
// never wrong ones. The control address is the last value and reaches to the end of the file.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "platform/data_dir_lock.h"

namespace sluice::platform {

inline constexpr std::size_t kOwnerLinesBytesMax = 8192;  // more than the three lines ever take

std::string ownerLines(std::int64_t pid, WallTime startedAt);
std::string controlLine(const std::string& address);
std::optional<EngineOwner> parseOwner(std::string_view text);

// What to say when the lock is taken. `text` is what the file holds: it may still be that of an engine before this one,
// whose successor has not written its own yet.
tl::unexpected<Error> dataDirInUse(std::string_view text, const std::filesystem::path& dataDir);

}  // namespace sluice::platform
