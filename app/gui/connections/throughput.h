// What has passed through the engine, second by second, as long as the window lives. Bounded: a day. GUI thread.
#pragma once

#include <cstdint>
#include <deque>

#include "core/control/messages.h"

namespace sluice::gui {

struct ThroughputSample {
  std::int64_t atMs = 0;  // wall clock
  std::uint64_t down = 0;  // bytes a second
  std::uint64_t up = 0;
};

class Throughput {
 public:
  void add(const control::StatusSample& sample);
  const std::deque<ThroughputSample>& samples() const { return samples_; }
  void clear() { samples_.clear(); }

 private:
  std::deque<ThroughputSample> samples_;  // rising in time
};

}  // namespace sluice::gui
