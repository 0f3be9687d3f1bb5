// Keeps the indexes for searching and for sorting up to date in the background, on a thread of its own: a step, then at least as long
// a pause, at the pace of indexing_pace.h. What is not indexed yet is found all the same, by reading it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <thread>

#include "core/store/indexing_pace.h"

namespace sluice::store {

class SearchIndexer {
 public:
  // `load` is called on the indexer's thread.
  SearchIndexer(std::filesystem::path dataDir, std::function<RecorderLoad()> load);
  SearchIndexer(const SearchIndexer&) = delete;
  SearchIndexer& operator=(const SearchIndexer&) = delete;
  ~SearchIndexer();  // waits for the end of a step

  // Any thread: the history has changed.
  void wake();

 private:
  void run();
  bool pause(std::chrono::steady_clock::duration least, bool untilWoken);

  // Immutable after construction.
  const std::filesystem::path dataDir_;
  const std::function<RecorderLoad()> load_;

  // Under mutex_.
  std::mutex mutex_;
  std::condition_variable changed_;
  bool woken_ = true;
  bool stopping_ = false;

  std::thread thread_;
};

}  // namespace sluice::store
