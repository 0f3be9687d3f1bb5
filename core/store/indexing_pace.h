// When the indexes are brought up to date. An exchange costs more to index than to record, so a burst of traffic passes first; but not
// for ever, for a search reads what is not indexed yet. One thread; times are told.
#pragma once

#include <chrono>
#include <cstdint>

namespace sluice::store {

// What else the machine has to do.
struct RecorderLoad {
  bool lags = false;            // the recorder has more to write than one batch
  std::uint64_t exchanges = 0;  // in the history
};

class IndexingPace {
 public:
  using Clock = std::chrono::steady_clock;

  IndexingPace(const RecorderLoad& load, Clock::time_point now) : countedAt_(now), counted_(load.exchanges), upTo_(load.exchanges) {}

  // Whether the next step has to wait.
  bool waits(const RecorderLoad& load, Clock::time_point now);
  // How long to pause after a step that took so long.
  Clock::duration pauseAfter(Clock::duration step) const;
  // Everything is indexed that was there at this load.
  void caughtUp(const RecorderLoad& load) { upTo_ = load.exchanges; }

 private:
  void count(std::uint64_t exchanges, Clock::time_point now);

  Clock::time_point countedAt_;
  std::uint64_t counted_;  // exchanges, at that time
  std::uint64_t upTo_;     // exchanges, when all were indexed
  bool burst_ = false;
};

}  // namespace sluice::store
