// Profiles as JSON: the presets, those of the user in the history, and the files that they export and import. One object is
//
//   {"name": "Firefox GPRS", "source": "Firefox", "down": {"rate": "50kbit"}, "up": {"rate": "20kbit"}, "roundTripMs": 500}
//
// where a lane may also have "delayMs", "jitterMs" and "lossPercent", and the profile "perConnection" (a rate),
// "closesPerMinute", "offline", "mode" (backpressure, buffered) and "delivery" (streaming, buffered). What is absent is
// neutral; roundTripMs gives half of it to each lane; a key that nobody knows is an error. Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/throttle/profile.h"

namespace sluice::throttle {

// Errors: BadArgument; the detail names the profile and the key.
Result<Profile> profileFromJson(std::string_view text);
// An array of them; no two of one name.
Result<std::vector<Profile>> profilesFromJson(std::string_view text);

// Gives the same profile again; one line.
std::string toJson(const Profile& profile);

// Whether it makes sense: ranges, and a delay that some client would wait for. Errors: BadArgument, naming the field.
Result<void> validate(const Profile& profile);

}  // namespace sluice::throttle
