#include "core/engine/throttling.h"

namespace sluice::engine {

pipe::Settings withProfile(pipe::Settings settings, const throttle::Profile& profile) {
  switch (profile.mode) {
    case throttle::Mode::Backpressure: settings.overflow = pipe::Overflow::Backpressure; break;
    case throttle::Mode::Buffered: settings.overflow = pipe::Overflow::Spill; break;
  }
  switch (profile.delivery) {
    case throttle::Delivery::Streaming: settings.delivery = pipe::Delivery::Streaming; break;
    case throttle::Delivery::Buffered: settings.delivery = pipe::Delivery::Buffered; break;
  }
  return settings;
}

}  // namespace sluice::engine
