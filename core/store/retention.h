// How much of the history is kept. Any thread.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice::store {

// 0: without limit. When one is passed, the oldest exchanges that have ended go, a few at a time.
struct Retention {
  std::uint64_t bytesMax = 0;  // of the database, of bodies in files, and of the indexes made from them
  std::uint64_t exchangesMax = 0;
  // By a clock that has shown such a time for ten minutes of running (clock_jumps.h); engines that never run for so long go by what runs
  // before this one had shown together, as far as these were ended in order.
  std::chrono::hours ageMax{0};

  bool any() const { return bytesMax != 0 || exchangesMax != 0 || ageMax.count() != 0; }
  friend bool operator==(const Retention&, const Retention&) = default;
};

}  // namespace sluice::store
