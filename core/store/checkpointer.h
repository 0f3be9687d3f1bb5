// Folds the log of the history into its database on a thread of its own, so that whoever commits does not wait for the disk: a commit
// only appends to the log. The log begins anew only where nothing is left of it, so a long one is folded again and again, until no more
// than a commit writes has come meanwhile; only for the last of it the recorder's thread waits, and it has a pause of its own before the
// next commit most of the time.
//
// Limits: a log of some limits::kDatabaseLogPages; limits::kDatabaseLogBytesKept when this thread cannot keep up, or a reader keeps an
// old state of the history alive.
#pragma once

#include <condition_variable>
#include <cstdint>
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

  // The recorder's thread, before each commit: waits while the last of a long log is folded.
  void letFinish();
  // The recorder's thread, after each commit of this connection.
  void committed(SqlConnection& sql);

 private:
  enum class Work : std::uint8_t { None, Fold, FoldLast };

  Work next() const;
  void run();
  void fold(Work work) const;

  // Immutable after construction.
  const std::filesystem::path history_;

  // The recorder's thread only. Of the log:
  int pages_ = 0;    // after the last commit
  int folding_ = 0;  // folded, or in work
  int foldAt_;       // when there is something to do again

  // Shared.
  std::mutex mutex_;
  std::condition_variable changed_;
  Work work_ = Work::None;  // under mutex_
  bool stopping_ = false;   // under mutex_
  std::thread thread_;
};

}  // namespace sluice::store
