// The network profile in force: what all connections share of it, and what it means for each. Loop thread only.
#pragma once

#include <string>

#include "core/capture/records.h"
#include "core/engine/shared_state.h"
#include "core/pipe/settings.h"
#include "core/throttle/bucket.h"
#include "core/throttle/profile.h"

namespace sluice::engine {

class Throttling {
 public:
  // The buckets may be those of several workers; this one is `process` among them. A profile without rates leaves them as
  // they are: a worker that starts later is told of the one in force.
  Throttling(throttle::Profile profile, MonoTime now, RateBuckets& buckets, std::size_t process);

  // Rates act on running transfers at once; each connection takes over the rest itself.
  void use(throttle::Profile profile, MonoTime now);
  const throttle::Profile& profile() const { return profile_; }
  // As records have it: empty where nothing is slowed down.
  const std::string& recorded() const { return recorded_; }
  // Towards clients, and away from them.
  const throttle::Bucket& down() const { return down_; }
  const throttle::Bucket& up() const { return up_; }

 private:
  throttle::Profile profile_;
  std::string recorded_;
  throttle::Bucket down_;
  throttle::Bucket up_;
};

// `settings` for a body in this direction, with what the profile says about an upstream that is faster than its client, about
// delivery, and with room for what is under way on a link with latency.
pipe::Settings withProfile(pipe::Settings settings, const throttle::Profile& profile, capture::Direction direction);

}  // namespace sluice::engine
