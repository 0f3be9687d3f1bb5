#include "core/engine/throttling.h"

#include <algorithm>
#include <utility>

#include "core/base/limits.h"
#include "core/session/interception.h"
#include "core/throttle/loss.h"
#include "core/throttle/profile_json.h"

namespace sluice::engine {

using throttle::Rule;

namespace {

// What a link holds: its rate times the time that a piece spends on it, and half as much again.
std::size_t bytesUnderWay(const throttle::Lane& lane) {
  if (lane.delay.count() == 0 && lane.jitter.count() == 0) return 0;
  if (lane.rate.isUnlimited()) return limits::kDelayedBytesMax;
  const double seconds = static_cast<double>((lane.delay + lane.jitter).count()) / 1e6;
  const double bytes = 1.5 * seconds * static_cast<double>(lane.rate.bytesPerSecond);
  return static_cast<std::size_t>(std::min(bytes, static_cast<double>(limits::kDelayedBytesMax)));
}

std::shared_ptr<AppliedProfile> appliedWith(throttle::Profile profile, RateBuckets& buckets, std::size_t process) {
  auto recorded = profile.isNeutral() ? std::string() : throttle::toJson(profile);
  return std::make_shared<AppliedProfile>(AppliedProfile{std::move(profile), std::move(recorded), throttle::Bucket(buckets.down, process),
                                                         throttle::Bucket(buckets.up, process)});
}

void setRates(AppliedProfile& applied, MonoTime now) {
  const auto roundTrip = applied.profile.roundTrip();
  applied.down.setRate(throttle::effectiveRate(applied.profile.down, roundTrip), now);
  applied.up.setRate(throttle::effectiveRate(applied.profile.up, roundTrip), now);
}

bool matches(const Rule& rule, std::string_view listener, std::string_view host, std::uint16_t port) {
  switch (rule.scope) {
    case Rule::Scope::Host: return !host.empty() && session::matchesHost(rule.target, host, port);
    case Rule::Scope::Listener: return listener.ends_with(" " + rule.target);
  }
  return false;
}

}  // namespace

Throttling::Throttling(throttle::Plan plan, MonoTime now, RateLanes& lanes, std::size_t process)
    : lanes_(lanes), process_(process), byLane_(lanes.size()) {
  use(std::move(plan), now);
}

void Throttling::use(throttle::Plan plan, MonoTime now) {
  if (plan.version < plan_.version) return;
  plan_ = std::move(plan);
  everything_ = apply(plan_.everything, 0, everything_, now);
  std::vector<Applied> byLane(byLane_.size());
  for (const auto& rule : plan_.rules) byLane[rule.lane] = apply(rule.profile, rule.lane, byLane_[rule.lane], now);
  byLane_ = std::move(byLane);
}

// Other workers set the same rate in the same bucket; whoever comes second finds it set, and what was sold meanwhile stays sold.
Applied Throttling::apply(const throttle::Profile& profile, std::size_t lane, const Applied& before, MonoTime now) {
  if (before && before->profile == profile) return before;
  auto applied = appliedWith(profile, lanes_[lane], process_);
  // A worker that starts later than others knows of no limits yet, and leaves those alone that are in force.
  if (before || !profile.isNeutral()) setRates(*applied, now);
  return applied;
}

const Applied& Throttling::appliedTo(std::string_view listener, std::string_view host, std::uint16_t port) const {
  for (const auto scope : {Rule::Scope::Host, Rule::Scope::Listener}) {
    for (const auto& rule : plan_.rules) {
      if (rule.scope == scope && matches(rule, listener, host, port)) return byLane_[rule.lane];
    }
  }
  return everything_;
}

bool Throttling::measures(std::string_view host, std::uint16_t port) const {
  const auto isMeasured = [&](const Rule& rule) { return rule.measures && matches(rule, {}, host, port); };
  return std::any_of(plan_.rules.begin(), plan_.rules.end(), isMeasured);
}

Applied Throttling::ofOne(throttle::Profile profile, MonoTime now) {
  struct Own {
    RateBuckets buckets{};
    std::shared_ptr<AppliedProfile> applied;
  };
  auto own = std::make_shared<Own>();
  own->applied = appliedWith(std::move(profile), own->buckets, 0);
  setRates(*own->applied, now);
  return {own, own->applied.get()};
}

pipe::Settings withProfile(pipe::Settings settings, const throttle::Profile& profile, capture::Direction direction) {
  switch (profile.mode) {
    case throttle::Mode::Backpressure: settings.overflow = pipe::Overflow::Backpressure; break;
    case throttle::Mode::Buffered: settings.overflow = pipe::Overflow::Spill; break;
  }
  switch (profile.delivery) {
    case throttle::Delivery::Streaming: settings.delivery = pipe::Delivery::Streaming; break;
    case throttle::Delivery::Buffered: settings.delivery = pipe::Delivery::Buffered; break;
  }
  const bool towardsClient = direction == capture::Direction::Response;
  const std::size_t underWay = bytesUnderWay(towardsClient ? profile.down : profile.up);
  settings.maxBlocks += underWay / limits::kBlockBytes;
  settings.busyLimit += underWay;
  return settings;
}

}  // namespace sluice::engine
