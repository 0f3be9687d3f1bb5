// The system's proxy settings pointed at an engine of ours, for as long as a process wants it. What was set before lies in a file of
// the data directory until it is given back: by the process that took it, or, should that have gone, by whoever looks after it.
// Any thread; blocks as system_proxy.h does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace sluice::platform {

// For this process, until it gives them back. What another of ours left behind is taken over. Errors: those of system_proxy.h; then
// nothing has changed.
Result<void> holdSystemProxy(const std::filesystem::path& dataDir, const std::string& host, std::uint16_t port, WallTime now);

// What was set before is set again. Nothing is held: nothing happens.
Result<void> releaseSystemProxy(const std::filesystem::path& dataDir);

// They are held by a process that is gone: somebody has to release them. Cheap: one look at a file where nothing is held.
bool isSystemProxyAbandoned(const std::filesystem::path& dataDir);

}  // namespace sluice::platform
