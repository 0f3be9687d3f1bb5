#include "core/throttle/bucket.h"

#include <algorithm>

namespace sluice::throttle {
namespace {

Ticks ticksOf(MonoTime time) { return time.time_since_epoch().count() * kTicksPerMicro; }

// Rounded up, so that nobody buys time for nothing.
MonoTime timeOf(Ticks ticks) { return MonoTime(Micros((ticks + kTicksPerMicro - 1) / kTicksPerMicro)); }

// How long so many bytes take. Below 2^63 for a gigabyte at the slowest rate.
Ticks costOf(std::uint64_t bytes, std::uint64_t bytesPerSecond) {
  constexpr auto kTicksPerSecond = static_cast<double>(kTicksPerMicro) * 1e6;
  return static_cast<Ticks>(static_cast<double>(bytes) * kTicksPerSecond / static_cast<double>(bytesPerSecond) + 0.5);
}

}  // namespace

void Bucket::setRate(Rate rate, MonoTime now) {
  if (state_->bytesPerSecond.load(std::memory_order_relaxed) == rate.bytesPerSecond) return;
  state_->bytesPerSecond.store(rate.bytesPerSecond, std::memory_order_relaxed);
  state_->soldUntil.store(ticksOf(now), std::memory_order_relaxed);
  state_->generation.fetch_add(1, std::memory_order_release);
}

std::uint32_t Bucket::sharers() const {
  std::uint32_t all = 0;
  for (const auto& each : state_->sharers) all += each.load(std::memory_order_relaxed);
  return all;
}

// The queue goes round in a fifth of a second however many stand in it, so that over a second all get the same; a portion alone is
// short enough not to be felt as a stall.
std::size_t Bucket::portionBytes(std::uint64_t rate, Micros turn) const {
  const auto round = static_cast<std::uint64_t>(limits::kBucketRoundMicros) / std::max<std::uint32_t>(1, sharers());
  const auto time = std::min<std::uint64_t>(round, static_cast<std::uint64_t>(turn.count()));
  const auto bytes = static_cast<double>(rate) * static_cast<double>(time) / 1e6;
  return std::clamp(static_cast<std::size_t>(bytes), limits::kPortionBytesMin, limits::kPortionBytesMax);
}

Bucket::Portion Bucket::buy(MonoTime now, Micros turn) {
  Portion portion;
  portion.generation = state_->generation.load(std::memory_order_acquire);
  portion.at = now;
  const std::uint64_t rate = state_->bytesPerSecond.load(std::memory_order_relaxed);
  if (rate == 0) {
    portion.bytes = limits::kPortionBytesMax;
    return portion;
  }
  portion.bytes = portionBytes(rate, turn);
  const Ticks cost = costOf(portion.bytes, rate);
  // What was not sold in the last moment can still be had: nobody wakes to the microsecond.
  const Ticks earliest = ticksOf(now - Micros(limits::kBucketBurstMicros));
  Ticks sold = state_->soldUntil.load(std::memory_order_relaxed);
  Ticks begin = 0;
  do {
    begin = std::max(sold, earliest);
  } while (!state_->soldUntil.compare_exchange_weak(sold, begin + cost, std::memory_order_relaxed));
  portion.at = std::max(now, timeOf(begin));
  return portion;
}

void Bucket::giveBack(const Portion& unused) {
  const std::uint64_t rate = state_->bytesPerSecond.load(std::memory_order_relaxed);
  if (rate == 0 || unused.bytes == 0 || !stands(unused)) return;
  state_->soldUntil.fetch_sub(costOf(unused.bytes, rate), std::memory_order_relaxed);
}

void Bucket::charge(std::size_t bytes, MonoTime now) {
  const std::uint64_t rate = state_->bytesPerSecond.load(std::memory_order_relaxed);
  if (rate == 0 || bytes == 0) return;
  const Ticks earliest = ticksOf(now - Micros(limits::kBucketBurstMicros));
  Ticks sold = state_->soldUntil.load(std::memory_order_relaxed);
  while (!state_->soldUntil.compare_exchange_weak(sold, std::max(sold, earliest) + costOf(bytes, rate),
                                                  std::memory_order_relaxed)) {
  }
}

}  // namespace sluice::throttle
