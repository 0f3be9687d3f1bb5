// How a network profile acts on the pipes of a connection. Loop thread only.
#pragma once

#include "core/pipe/settings.h"
#include "core/throttle/profile.h"

namespace sluice::engine {

// `settings` with what the profile says about an upstream that is faster than its client, and about delivery.
pipe::Settings withProfile(pipe::Settings settings, const throttle::Profile& profile);

}  // namespace sluice::engine
