#include "core/store/clock_jumps.h"

#include <algorithm>

namespace sluice::store {

void ClockJumps::wasLast(WallTime wall, WallTime settled) {
  before_ = settled == WallTime() ? wall : std::min(wall, settled);
  known_ = settled;
}

WallTime ClockJumps::trusted(WallTime wall, Time now) {
  if (before_ && wall - *before_ > kLongAway) settledAt_ = now + kSettlesAfter;
  before_.reset();
  if (last_ && wall - last_->wall > kJump + (now - last_->at)) {
    if (last_->at >= settledAt_) known_ = last_->wall;
    settledAt_ = now + kSettlesAfter;
  }
  last_ = Reading{wall, now};
  return now >= settledAt_ ? wall : std::min(wall, known_);
}

}  // namespace sluice::store
