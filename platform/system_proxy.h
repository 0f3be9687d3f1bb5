// The proxy that the programs of this user's desktop go through: GNOME's or KDE's settings, the registry of Windows, the network
// services of macOS. Any thread; blocks while the system's tools run, at most some seconds.
//
// What is changed must be given back: use it through system_proxy_hold.h, which remembers that beyond a crash.
#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace sluice::platform {

// What is set now, as text for restoreSystemProxy(). Errors: NotFound when this desktop has no such setting, or its tools are not
// installed; the detail says which.
Result<std::string> systemProxySettings();

// http and https go to `host`:`port` from now on; whom the user has excepted stays so.
Result<void> setSystemProxy(const std::string& host, std::uint16_t port);

// As it was when `settings` were read. Lines that make no sense are passed over: the text may be of an earlier version.
Result<void> restoreSystemProxy(const std::string& settings);

}  // namespace sluice::platform
