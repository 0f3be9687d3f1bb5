#include "core/engine/throttling.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/throttle/loss.h"
#include "core/throttle/profile_json.h"

namespace sluice::engine {
namespace {

// What a link holds: its rate times the time that a piece spends on it, and half as much again.
std::size_t bytesUnderWay(const throttle::Lane& lane) {
  if (lane.delay.count() == 0 && lane.jitter.count() == 0) return 0;
  if (lane.rate.isUnlimited()) return limits::kDelayedBytesMax;
  const double seconds = static_cast<double>((lane.delay + lane.jitter).count()) / 1e6;
  const double bytes = 1.5 * seconds * static_cast<double>(lane.rate.bytesPerSecond);
  return static_cast<std::size_t>(std::min(bytes, static_cast<double>(limits::kDelayedBytesMax)));
}

// The first worker that hears of a change makes it for all: what is sold at the new rate stays sold.
void setRate(throttle::Bucket& bucket, throttle::Rate rate, MonoTime now) {
  if (bucket.rate() != rate) bucket.setRate(rate, now);
}

}  // namespace

Throttling::Throttling(throttle::Profile profile, MonoTime now, RateBuckets& buckets, std::size_t process)
    : profile_(std::move(profile)), down_(buckets.down, process), up_(buckets.up, process) {
  if (!profile_.isNeutral()) use(profile_, now);
}

void Throttling::use(throttle::Profile profile, MonoTime now) {
  profile_ = std::move(profile);
  recorded_ = profile_.isNeutral() ? std::string() : throttle::toJson(profile_);
  setRate(down_, throttle::effectiveRate(profile_.down, profile_.roundTrip()), now);
  setRate(up_, throttle::effectiveRate(profile_.up, profile_.roundTrip()), now);
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
