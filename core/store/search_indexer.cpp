#include "core/store/search_indexer.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/store/search_builder.h"
#include "core/store/sort_builder.h"
#include "platform/thread.h"

namespace sluice::store {
namespace {

using Steady = std::chrono::steady_clock;

constexpr auto kGather = std::chrono::milliseconds(300);   // between looks for news: few large steps cost less than many small ones
constexpr auto kAfterError = std::chrono::seconds(5);      // a full disk, or somebody who holds the lock
constexpr auto kWhileBusy = std::chrono::milliseconds(50);

}  // namespace

SearchIndexer::SearchIndexer(std::filesystem::path dataDir, std::function<RecorderLoad()> load)
    : dataDir_(std::move(dataDir)), load_(std::move(load)), thread_([this] { run(); }) {}

SearchIndexer::~SearchIndexer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void SearchIndexer::wake() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(woken_, true)) return;
  changed_.notify_all();
}

// False: it is over.
bool SearchIndexer::pause(Steady::duration least, bool untilWoken) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, least, [this] { return stopping_; });
  if (untilWoken) changed_.wait(lock, [this] { return stopping_ || woken_; });
  return !stopping_;
}

void SearchIndexer::run() {
  platform::beginThread("indexer", platform::Urgency::Background);
  SortBuilder order(dataDir_);
  SearchBuilder search(dataDir_);
  IndexingPace pace(load_(), Steady::now());
  for (bool goOn = pause(kGather, true); goOn;) {
    const RecorderLoad load = load_();
    if (pace.waits(load, Steady::now())) {
      goOn = pause(kWhileBusy, false);
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      woken_ = false;
    }
    const auto begun = Steady::now();
    // What people sort by first: that is quick.
    const auto sortMore = order.step();
    const auto searchMore = sortMore && *sortMore ? true : search.step();
    if (!sortMore || !searchMore) {
      goOn = pause(kAfterError, true);
    } else if (*sortMore || *searchMore) {
      goOn = pause(pace.pauseAfter(Steady::now() - begun), false);
    } else {
      pace.caughtUp(load);
      goOn = pause(kGather, true);
    }
  }
}

}  // namespace sluice::store
