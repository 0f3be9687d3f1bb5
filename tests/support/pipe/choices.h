// Where a random schedule takes its decisions from: a seed, or the bytes of a fuzzer's input. One thread.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace sluice::test {

class Choices {
 public:
  // The seed decides everything.
  explicit Choices(std::uint64_t seed) : state_(seed) {}
  // The input decides; behind its end, a sequence of its own goes on, so that every schedule comes to an end.
  explicit Choices(Bytes input) : input_(input) {}

  // 0 to bound - 1. REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound) { return next(bound) % bound; }
  std::uint64_t between(std::uint64_t least, std::uint64_t most) { return least + below(most - least + 1); }
  bool chance(unsigned percent) { return below(100) < percent; }

 private:
  std::uint64_t next(std::uint64_t bound) {
    if (used_ < input_.size()) {
      std::uint64_t value = 0;
      for (std::uint64_t rest = bound - 1; rest > 0 && used_ < input_.size(); rest >>= 8) {
        value = value << 8 | static_cast<std::uint64_t>(input_[used_++]);
      }
      return value;
    }
    state_ += 0x9e3779b97f4a7c15;  // splitmix64
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  Bytes input_;
  std::size_t used_ = 0;
  std::uint64_t state_ = 0;
};

}  // namespace sluice::test
