// The profiles that come with the program: resources/profiles/presets.json. Any thread.
#pragma once

#include <vector>

#include "core/throttle/profile.h"

namespace sluice::throttle {

const std::vector<Profile>& presets();
// By name, whatever its case; null: there is none.
const Profile* findPreset(std::string_view name);
// Whether two names mean one profile.
bool sameName(std::string_view one, std::string_view other);

}  // namespace sluice::throttle
