// The system's own store on Linux: a folder that an administrator puts certificates into, a tool that takes them over, and the file in
// which programs then find all of them. Private to platform/linux. Any thread; blocks while the tool runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "platform/trust_store.h"

namespace sluice::platform {

struct SystemStore {
  std::filesystem::path folder;      // for an administrator's certificates
  std::vector<std::string> command;  // takes over what is in there
  std::vector<std::string> asRoot;   // what stands before a command that needs an administrator; empty: we are one

  // Of this distribution. NotFound: none that is known.
  static Result<SystemStore> find();

  std::filesystem::path fileOf(const TrustedAuthority& authority) const;
  Result<void> trust(const TrustedAuthority& authority) const;
  Result<void> distrust(const TrustedAuthority& authority) const;
};

// Whether `bundle`, certificates in PEM, has this one.
bool bundleHas(const std::string& bundle, const std::string& pem);

}  // namespace sluice::platform
