// The user's own profiles, beside the presets. Knows what may be called how; who keeps them is the engine. Thread of its owner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/throttle/profile.h"

namespace sluice::throttle {

class OwnProfiles {
 public:
  // Under what key the settings of an engine hold it. The same for names that differ in case only.
  static constexpr std::string_view kKeyPrefix = "profile/";
  static std::string key(std::string_view name);

  // In order of name.
  const std::vector<Profile>& all() const { return all_; }
  // One of these, or a preset, whatever the case of its letters. Errors: NotFound, naming it.
  Result<Profile> find(std::string_view name) const;

  // Whether it may be put here. Errors: BadArgument, naming the profile and what is wrong with it.
  Result<void> check(const Profile& profile) const;
  // REQUIRES: check(). Takes the place of the one of that name.
  void put(Profile profile);

  // Whether there is one to be removed. Errors: NotFound; BadArgument for a preset.
  Result<void> checkRemoval(std::string_view name) const;
  void remove(std::string_view name);

 private:
  std::vector<Profile> all_;
};

}  // namespace sluice::throttle
