// The directory that holds everything of one installation: database, bodies, CA, control socket, log. Any thread.
#pragma once

#include <filesystem>

#include "core/base/result.h"

namespace sluice::platform {

// Where the data lies unless --data-dir says otherwise: $XDG_DATA_HOME/sluice, else ~/.local/share/sluice. On macOS
// ~/Library/Application Support/Sluice, on Windows %LOCALAPPDATA%\Sluice. Code::NotFound when the user has no home.
Result<std::filesystem::path> defaultDataDir();

// ENSURES: `directory` exists with its parents, belongs to this user, can be written, and nobody else can look into it
// (0700; one that was wider is narrowed). Code::AccessDenied names the path, and the owner if it is somebody else's.
Result<void> ensurePrivateDirectory(const std::filesystem::path& directory);

// Where the CA of an installation lies: the certificate, which clients must trust, and its key.
inline std::filesystem::path caCertificateFile(const std::filesystem::path& dataDir) { return dataDir / "ca" / "sluice-ca.pem"; }
inline std::filesystem::path caKeyFile(const std::filesystem::path& dataDir) { return dataDir / "ca" / "sluice-ca-key.pem"; }

}  // namespace sluice::platform
