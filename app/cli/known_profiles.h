// What an engine knows of network profiles. One thread.
#pragma once

#include <string>
#include <vector>

#include "app/cli/engine_client.h"
#include "core/throttle/profile.h"

namespace sluice::cli {

struct KnownProfiles {
  throttle::Profile inForce;  // for everything
  std::vector<throttle::Profile> own;
  struct Rule {
    control::ProfileScope scope = control::ProfileScope::Host;
    std::string target;
    throttle::Profile profile;
  };
  std::vector<Rule> rules;

  // An own one or a preset. Errors: NotFound, naming it.
  Result<throttle::Profile> find(const std::string& name) const;
};

Result<KnownProfiles> askForProfiles(EngineClient& client);

}  // namespace sluice::cli
