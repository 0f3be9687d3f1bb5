// By which time it may be told how old exchanges are. When the system's clock jumps ahead, by a slip or because a machine woke up or
// started with a wrong one, all of the history looks old at once: there shall be time to set it right. Until then ages are told by the
// time that was known before, so that what was too old already goes, also for whoever never lets an engine run for long. One thread at
// a time.
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

  // To be told before the first question, if it is known: when the history was written last, and the latest time that had passed for
  // kSettlesAfter of running before, in one run or in several; 1970: none had. To be so long after either may be a jump.
  void wasLast(WallTime wall, WallTime settled);

  // The clock's, or an earlier one. To be asked often.
  WallTime trusted(WallTime wall, Time now);

 private:
  struct Reading {
    WallTime wall;
    Time at;
  };

  std::optional<WallTime> before_;
  std::optional<Reading> last_;
  Time settledAt_{};
  WallTime known_;  // until then
};

}  // namespace sluice::store
