// The CA of this installation on disk: DATA_DIR/ca, readable by its owner alone. Any thread; blocks.
#pragma once

#include <filesystem>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"

namespace sluice::engine {

struct AuthorityFiles {
  std::string certificate;  // PEM
  std::string key;          // PEM
};

// Reads the CA, or makes one where there is none. Errors name the file that cannot be used; it is never replaced unasked:
// clients trust it.
Result<AuthorityFiles> openAuthority(const std::filesystem::path& dataDir, WallTime now);

// A new one in its place.
Result<AuthorityFiles> makeAuthority(const std::filesystem::path& dataDir, WallTime now);

}  // namespace sluice::engine
