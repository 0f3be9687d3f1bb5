// The network profiles in force: what all connections share of them, and what they mean for each. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/capture/records.h"
#include "core/engine/shared_state.h"
#include "core/pipe/settings.h"
#include "core/throttle/bucket.h"
#include "core/throttle/plan.h"

namespace sluice::engine {

// A profile at work, with the buckets that all share whom it slows down.
struct AppliedProfile {
  throttle::Profile profile;
  std::string recorded;   // as records have it: empty where nothing is slowed down
  throttle::Bucket down;  // towards clients
  throttle::Bucket up;    // away from them
};
// Stays as it is; while it is the same one, nothing has changed.
using Applied = std::shared_ptr<const AppliedProfile>;

class Throttling {
 public:
  // The lanes may be those of several workers; this one is `process` among them.
  Throttling(throttle::Plan plan, MonoTime now, RateLanes& lanes, std::size_t process);

  // Rates act on running transfers at once; each connection takes over the rest itself. An older plan than the one in force is
  // passed over.
  void use(throttle::Plan plan, MonoTime now);
  // For a connection that came in at this listener ("regular 127.0.0.1:8080") and talks to this host; empty: to none yet.
  const Applied& appliedTo(std::string_view listener, std::string_view host, std::uint16_t port) const;
  // Whether a self-test talks to this host.
  bool measures(std::string_view host, std::uint16_t port) const;
  // One connection's alone.
  static Applied ofOne(throttle::Profile profile, MonoTime now);

 private:
  Applied apply(const throttle::Profile& profile, std::size_t lane, const Applied& before, MonoTime now);

  RateLanes& lanes_;
  const std::size_t process_;
  throttle::Plan plan_;
  Applied everything_;
  std::vector<Applied> byLane_;
};

// `settings` for a body in this direction, with what the profile says about an upstream that is faster than its client, about
// delivery, and with room for what is under way on a link with latency.
pipe::Settings withProfile(pipe::Settings settings, const throttle::Profile& profile, capture::Direction direction);

}  // namespace sluice::engine
