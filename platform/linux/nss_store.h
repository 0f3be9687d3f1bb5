// The databases in which Chromium's and Mozilla's browsers keep whom they trust, through certutil of NSS. Private to platform/linux.
// Any thread; blocks while certutil runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "platform/trust_store.h"

namespace sluice::platform {

// Those of this user, also the one that Chromium would make itself: trusting there makes it.
std::vector<TrustPlace> nssPlaces(const TrustedAuthority& authority);

// `database`: the folder of cert9.db.
Result<void> trustInNss(const std::filesystem::path& database, const TrustedAuthority& authority);
Result<void> distrustInNss(const std::filesystem::path& database, const TrustedAuthority& authority);

}  // namespace sluice::platform
