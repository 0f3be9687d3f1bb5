// A token bucket that many connections share, in as many processes as map its memory. It is a clock that runs ahead: every byte
// let through is sold a piece of the future, as long as the rate says, and who bought it sends when that piece begins. Whoever
// waits therefore stands in a queue, and no one gets a second portion before everybody behind got a first.
//
// No lock, no allocation, no clock of its own. A bucket lies where its owner puts it; zeroed memory is an unlimited bucket.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/throttle/rate.h"

namespace sluice::throttle {

// What lies in shared memory. Atomics alone; use them through Bucket.
struct BucketState {
  static constexpr std::size_t kProcessesMax = limits::kWorkersMax;

  std::atomic<std::uint64_t> bytesPerSecond;  // 0: unlimited
  std::atomic<std::uint32_t> generation;      // counts the changes of the rate; what was sold before is void
  std::atomic<std::int64_t> soldUntil;        // Ticks
  std::atomic<std::uint32_t> sharers[kProcessesMax];  // who has bought or would like to, by process
};
static_assert(std::is_trivially_destructible_v<BucketState> && std::is_standard_layout_v<BucketState>);
static_assert(sizeof(BucketState) == 24 + 4 * BucketState::kProcessesMax);
static_assert(std::atomic<std::int64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);

// Sixteenths of a nanosecond since the monotonic clock's zero: fine enough for a byte at 10 GB/s, and 18 years long.
using Ticks = std::int64_t;
constexpr Ticks kTicksPerMicro = 16'000;

class Bucket {
 public:
  // Borrows the state. `process` says in whose name sharers are counted.
  explicit Bucket(BucketState& state, std::size_t process = 0) : state_(&state), process_(process) {}

  // Takes effect at once, also for whoever waits: once asked again. The rate that it has already changes nothing.
  void setRate(Rate rate, MonoTime now);
  Rate rate() const { return {state_->bytesPerSecond.load(std::memory_order_relaxed)}; }
  // A process has ended without taking back its sharers.
  void forget(std::size_t process) { state_->sharers[process].store(0, std::memory_order_relaxed); }

  // A piece of the future: so many bytes may pass from `at` on, unless the generation has changed.
  struct Portion {
    std::size_t bytes = 0;
    MonoTime at;
    std::uint32_t generation = 0;
  };
  // Buys the next portion; `turn` is the time that one of somebody alone takes. REQUIRES: the caller is a sharer, and has used up or
  // given back the one before.
  Portion buy(MonoTime now, Micros turn = Micros(limits::kPortionMicros));
  // What was not used of a portion.
  void giveBack(const Portion& unused);
  // Bytes that passed though nobody had bought them (what a stream added of its own).
  void charge(std::size_t bytes, MonoTime now);
  bool stands(const Portion& portion) const {
    return portion.generation == state_->generation.load(std::memory_order_relaxed);
  }

  void join() { state_->sharers[process_].fetch_add(1, std::memory_order_relaxed); }
  void leave() { state_->sharers[process_].fetch_sub(1, std::memory_order_relaxed); }
  std::uint32_t sharers() const;

  // The same one, in the name of the same process.
  friend bool operator==(const Bucket&, const Bucket&) = default;

 private:
  std::size_t portionBytes(std::uint64_t rate, Micros turn) const;

  BucketState* state_;
  std::size_t process_;
};

}  // namespace sluice::throttle
