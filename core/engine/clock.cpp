#include "core/engine/clock.h"

namespace sluice::engine {

Now readClocks() {
  const auto mono = std::chrono::duration_cast<Micros>(std::chrono::steady_clock::now().time_since_epoch());
  const auto wall = std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now());
  return {MonoTime(mono), wall};
}

}  // namespace sluice::engine
