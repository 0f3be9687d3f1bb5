// Folds the log of the history into its database on a thread of its own, so that whoever commits does not wait for the disk: a commit
// only appends to the log. What is written meanwhile is folded in at once by the recorder's thread, now and then, since the log begins
// anew only where nothing is left of it.
//
// Limits: a log of some limits::kDatabaseLogPages; limits::kDatabaseLogBytesKept when this thread cannot keep up, or a reader keeps an
// old state of the history alive.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <thread>

#include "core/store/sql_connection.h"

namespace sluice::store {

class Checkpointer {
 public:
  explicit Checkpointer(std::filesystem::path history);
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;
  ~Checkpointer();  // waits for the end of what it does

  // The recorder's thread, after each commit of this connection.
  void committed(SqlConnection& sql);

 private:
  void run();
  void fold() const;

  // Immutable after construction.
  const std::filesystem::path history_;

  // The recorder's thread only.
  int pages_ = 0;  // of the log, after the last commit
  int foldAt_;

  // Shared.
  std::atomic<bool> folded_{false};  // since the recorder looked
  std::mutex mutex_;
  std::condition_variable changed_;
  bool wanted_ = false;    // under mutex_
  bool stopping_ = false;  // under mutex_
  std::thread thread_;
};

}  // namespace sluice::store
