// What was said beside a profile, or instead of one: "as Chrome's Slow 4G, but 1 MB/s down". What is absent stays. Any thread.
#pragma once

#include <optional>

#include "core/throttle/profile.h"

namespace sluice::throttle {

struct Adjustment {
  std::optional<Rate> down = {};
  std::optional<Rate> up = {};
  std::optional<Micros> roundTrip = {};
  std::optional<Mode> mode = {};
  std::optional<Delivery> delivery = {};

  bool isEmpty() const { return !down && !up && !roundTrip && !mode && !delivery; }

  // What comes of it has no name any more, unless nothing about it changed.
  Profile appliedTo(const Profile& profile) const {
    Profile adjusted = profile;
    if (down) adjusted.down.rate = *down;
    if (up) adjusted.up.rate = *up;
    if (roundTrip) adjusted.setRoundTrip(*roundTrip);
    if (mode) adjusted.mode = *mode;
    if (delivery) adjusted.delivery = *delivery;
    if (adjusted != profile) adjusted.name.clear(), adjusted.source.clear();
    return adjusted;
  }
};

}  // namespace sluice::throttle
