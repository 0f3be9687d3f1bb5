// Bytes of a TCP stream cannot be lost, only late: loss is shown as the wait for a retransmission, and as the rate that TCP
// does not exceed on such a link. Any thread.
#pragma once

#include <cstdint>

#include "core/throttle/profile.h"

namespace sluice::throttle {

// What a lane lets through when its loss is taken into account: rate = segment / round trip x sqrt(3/2 / loss)
// (Mathis, Semke, Mahdavi, Ott 1997), where that is below its own rate.
Rate effectiveRate(const Lane& lane, Micros roundTrip);

// How late a piece of so many bytes is, if any of its segments is lost. `random` is any number, evenly spread.
Micros stallOf(std::uint64_t bytes, double lossPercent, Micros roundTrip, std::uint32_t random);

// Until the next connection is closed at random, where so many are in a minute on average. REQUIRES: closesPerMinute > 0.
Micros untilClosed(double closesPerMinute, std::uint32_t random);

}  // namespace sluice::throttle
