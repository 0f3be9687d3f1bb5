#include "core/throttle/loss.h"

#include <algorithm>
#include <cmath>

#include "core/base/limits.h"

namespace sluice::throttle {

Rate effectiveRate(const Lane& lane, Micros roundTrip) {
  if (lane.lossPercent <= 0) return lane.rate;
  // A link that is said to have no delay has some all the same.
  const double seconds = static_cast<double>(std::max(roundTrip, Micros(10'000)).count()) / 1e6;
  const double most = static_cast<double>(limits::kTcpSegmentBytes) / seconds * std::sqrt(1.5 / (lane.lossPercent / 100));
  const auto cap = std::max<std::uint64_t>(kSlowestRate.bytesPerSecond, static_cast<std::uint64_t>(most));
  return lane.rate.isUnlimited() || cap < lane.rate.bytesPerSecond ? Rate{cap} : lane.rate;
}

Micros stallOf(std::uint64_t bytes, double lossPercent, Micros roundTrip, std::uint32_t random) {
  if (lossPercent <= 0 || bytes == 0) return Micros(0);
  const auto segments = static_cast<double>((bytes + limits::kTcpSegmentBytes - 1) / limits::kTcpSegmentBytes);
  const double allArrive = std::pow(1 - std::min(lossPercent, 100.0) / 100, segments);
  if (static_cast<double>(random) / 4294967296.0 < allArrive) return Micros(0);
  return Micros(limits::kRetransmitMicros) + roundTrip;
}

// The waiting time of what happens at any moment with the same chance.
Micros untilClosed(double closesPerMinute, std::uint32_t random) {
  const double even = (static_cast<double>(random) + 1) / 4294967296.0;  // above 0, at most 1
  return Micros(static_cast<std::int64_t>(-std::log(even) * 60e6 / closesPerMinute));
}

}  // namespace sluice::throttle
