// The secrets of TLS connections in a file, as Wireshark and other tools read them (NSS key log format). For debugging, on
// demand: each line is written at once, on the thread that made it.
#pragma once

#include <filesystem>

#include "core/base/result.h"
#include "core/codec/tls/contexts.h"

namespace sluice::engine {

// Appends; a file that does not exist is made readable by its owner alone.
Result<tls::KeyLog> openKeyLog(const std::filesystem::path& path);

}  // namespace sluice::engine
