#include "core/throttle/delay_line.h"

#include <algorithm>

#include "core/base/limits.h"

namespace sluice::throttle {

void DelayLine::arrived(std::uint64_t bytes, MonoTime now, std::uint32_t random, Micros stall) {
  if (bytes == 0) return;
  arrived_ += bytes;
  // From -jitter to +jitter, but never before it came.
  const auto spread = static_cast<std::int64_t>(static_cast<double>(jitter_.count()) * (static_cast<double>(random) / 2147483648.0 - 1));
  MonoTime due = now + std::max(Micros(0), delay_ + Micros(spread)) + stall;
  if (!pieces_.empty()) {
    auto& last = pieces_.back();
    due = std::max(due, last.due);
    // Closer together than anybody can tell: one piece.
    if (due - last.due < Micros(limits::kDelayGrainMicros)) {
      last.end = arrived_;
      return;
    }
  }
  pieces_.push_back({arrived_, due});
}

std::uint64_t DelayLine::released(MonoTime now) {
  while (!pieces_.empty() && pieces_.front().due <= now) {
    released_ = pieces_.front().end;
    pieces_.pop_front();
  }
  return released_;
}

std::optional<MonoTime> DelayLine::nextAt() const {
  if (pieces_.empty()) return std::nullopt;
  return pieces_.front().due;
}

void DelayLine::clear() {
  pieces_.clear();
  released_ = arrived_;
}

}  // namespace sluice::throttle
