// Whether the system's clock may tell how old exchanges are. When it jumps ahead, by a slip or because a machine woke up or started with a
// wrong one, all of the history looks old at once: there shall be time to set it right. One thread at a time.
#pragma once

#include <chrono>
#include <optional>

#include "core/base/time.h"

namespace sluice::store {

class ClockJumps {
 public:
  using Time = std::chrono::steady_clock::time_point;

  static constexpr auto kJump = std::chrono::hours(1);
  static constexpr auto kSettlesAfter = std::chrono::minutes(10);

  static constexpr auto kLongAway = std::chrono::hours(48);

  // To be told before the first question, if it is known: when the history was written last. To have been off for so long may be a jump.
  void wasLast(WallTime wall) { before_ = wall; }

  // To be asked often.
  bool areOver(WallTime wall, Time now);

 private:
  struct Reading {
    WallTime wall;
    Time at;
  };

  std::optional<WallTime> before_;
  std::optional<Reading> last_;
  Time settledAt_{};
};

}  // namespace sluice::store
