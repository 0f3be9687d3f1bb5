// When bytes leave that came at some time: each piece after the delay and its share of the jitter, in the order in which they
// came. Counts bytes and keeps none; many pieces may be under way at once, so that no bandwidth is lost. One loop's thread.
#pragma once

#include <cstdint>
#include <list>
#include <optional>

#include "core/base/time.h"

namespace sluice::throttle {

class DelayLine {
 public:
  // Changes what comes from now on; what is under way keeps its order.
  void set(Micros delay, Micros jitter) {
    delay_ = delay;
    jitter_ = jitter;
  }
  bool isShort() const { return delay_.count() == 0 && jitter_.count() == 0 && pieces_.empty(); }

  // `bytes` more have come. `random` is any number, evenly spread; `stall` is what this piece in particular is late by, and with
  // it everything behind it.
  void arrived(std::uint64_t bytes, MonoTime now, std::uint32_t random, Micros stall = Micros(0));
  // How many bytes, of all that ever came, may have left.
  std::uint64_t released(MonoTime now);
  // When the next piece is due; nothing when none is under way. After released().
  std::optional<MonoTime> nextAt() const;
  // All that is under way may leave now.
  void clear();

 private:
  struct Piece {
    std::uint64_t end;  // bytes that came up to and with it
    MonoTime due;
  };

  Micros delay_{0};
  Micros jitter_{0};
  std::list<Piece> pieces_;
  std::uint64_t arrived_ = 0;
  std::uint64_t released_ = 0;
};

}  // namespace sluice::throttle
