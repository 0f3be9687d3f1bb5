// Whether the system's clock may tell how old exchanges are. When it jumps ahead, by a slip or because a machine woke up with a wrong one,
// all of the history looks old at once: there shall be time to set it right. One thread at a time.
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

  // To be asked often. The first answer is yes: what was before nobody knows.
  bool areOver(WallTime wall, Time now);

 private:
  struct Reading {
    WallTime wall;
    Time at;
  };

  std::optional<Reading> last_;
  Time settledAt_{};
};

}  // namespace sluice::store
