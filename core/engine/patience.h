// Whether another process still answers. Counted in ticks of who watches it, not in time: while the computer sleeps nobody answers
// and nobody ticks. One thread.
#pragma once

#include <cstdint>

namespace sluice::engine {

class Patience {
 public:
  enum class Act : std::uint8_t {
    Nothing,
    Ask,     // put the question asked()
    GiveUp,  // it has had its time; said once
  };

  // `ticksMax`: for an answer. A question comes a third of that after the last one: an idle process is hardly ever woken.
  explicit Patience(unsigned ticksMax) : ticksMax_(ticksMax) {}

  // `answered` is the last question that it has answered, as far as is known.
  Act tick(std::uint64_t answered) {
    ++ticks_;
    if (answered == asked_) {
      if (ticks_ < (ticksMax_ + 2) / 3) return Act::Nothing;
      ticks_ = 0;
      ++asked_;
      return Act::Ask;
    }
    return ticks_ == ticksMax_ ? Act::GiveUp : Act::Nothing;
  }
  std::uint32_t asked() const { return asked_; }

 private:
  const unsigned ticksMax_;
  std::uint32_t asked_ = 0;
  std::uint64_t ticks_ = 0;  // since the last question
};

}  // namespace sluice::engine
