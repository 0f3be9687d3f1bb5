// The CA of an installation as its certificate tells it. Any thread; blocks for reading one small file.
#pragma once

#include <QString>
#include <filesystem>

#include "core/base/result.h"
#include "core/base/time.h"
#include "platform/trust_store.h"

namespace sluice::gui {

struct AuthorityFacts {
  platform::TrustedAuthority authority;
  QString fingerprint;  // SHA-256, hexadecimal with colons, as systems show it
  WallTime validUntil{};
};

// Errors: NotFound, no engine has run there yet.
Result<AuthorityFacts> readAuthority(const std::filesystem::path& dataDir);

}  // namespace sluice::gui
