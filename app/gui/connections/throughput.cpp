#include "app/gui/connections/throughput.h"

namespace sluice::gui {
namespace {
constexpr std::size_t kSamplesMax = 24 * 3600;
}

void Throughput::add(const control::StatusSample& sample) {
  const std::int64_t atMs = sample.at.time_since_epoch().count() / 1000;
  // A clock that was set back begins anew: the axis runs one way.
  if (!samples_.empty() && atMs <= samples_.back().atMs) samples_.clear();
  samples_.push_back({atMs, sample.downBytesPerSecond, sample.upBytesPerSecond});
  if (samples_.size() > kSamplesMax) samples_.pop_front();
}

}  // namespace sluice::gui
