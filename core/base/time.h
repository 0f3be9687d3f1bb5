// Time as it is passed around: read once per turn by whoever owns the loop, then handed down. Any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice {

using Micros = std::chrono::microseconds;

// Monotonic time in microseconds; its zero is arbitrary. For limits, timers and durations.
struct MonoClock {
  using duration = Micros;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<MonoClock>;
  static constexpr bool is_steady = true;
};
using MonoTime = MonoClock::time_point;

// Microseconds since 1970-01-01 UTC. For what people see and the database keeps.
using WallTime = std::chrono::sys_time<Micros>;

// A number from a file or another process as a time, moved into the years 1 to 9999: there calendars can show it, and
// differences between two of them do not overflow.
constexpr WallTime wallTimeFrom(std::int64_t micros) {
  constexpr std::int64_t kEarliest = -62'135'596'800'000'000;
  constexpr std::int64_t kLatest = 253'402'300'799'999'999;
  return WallTime(Micros(micros < kEarliest ? kEarliest : micros > kLatest ? kLatest : micros));
}

struct Now {
  MonoTime mono;
  WallTime wall;
};

}  // namespace sluice
