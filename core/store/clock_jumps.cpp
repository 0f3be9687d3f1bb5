#include "core/store/clock_jumps.h"

namespace sluice::store {

bool ClockJumps::areOver(WallTime wall, Time now) {
  if (before_ && wall - *before_ > kLongAway) settledAt_ = now + kSettlesAfter;
  before_.reset();
  if (last_ && wall - last_->wall > kJump + (now - last_->at)) settledAt_ = now + kSettlesAfter;
  last_ = Reading{wall, now};
  return now >= settledAt_;
}

}  // namespace sluice::store
