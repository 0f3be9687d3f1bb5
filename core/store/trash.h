// What is left of histories that were cleared (history_files.h), removed a little at a time, since they may be many gigabytes. What
// somebody still has open on a system that then lets nobody remove it is emptied at once and removed later. The recorder's thread.
#pragma once

#include <chrono>
#include <deque>
#include <filesystem>
#include <vector>

#include "core/store/history_files.h"

namespace sluice::store {

class Trash {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr auto kTryAgainAfter = std::chrono::seconds(5);  // whoever reads the old history looks for a new one sooner

  // Notes what lies there now.
  explicit Trash(std::filesystem::path dataDir);

  // When there is something to do; Clock::time_point::max() when all is gone.
  Clock::time_point due() const { return due_; }
  // Some milliseconds of work.
  void step(Clock::time_point now);

 private:
  void note();

  const std::filesystem::path dataDir_;
  std::deque<ClearedFile> left_;
  bool keeps_ = false;  // some could not be removed
  Clock::time_point due_{};
};

// All of it, now. DatabaseBusy: somebody has one of them open, and this system does not let us remove it; the detail names it.
Result<void> emptyTrash(const std::filesystem::path& dataDir);

}  // namespace sluice::store
