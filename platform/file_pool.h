// A few threads that run blocking file operations, so that the event loop never waits for a disk. Each is started when there is
// work that no other one is free for.
// Loop thread, except where work runs.
//
// Stopping is in order: first the loop runs until inFlight() is 0, then the pool is destroyed. The destructor runs what
// is queued all the same and joins the threads, but what is posted by then must not be run any more.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/base/limits.h"

namespace sluice::platform {

class FilePool {
 public:
  using Task = std::function<void()>;
  // Has the task run on the event loop, soon. Called on any thread.
  using Post = std::function<void(Task)>;

  explicit FilePool(Post post, std::size_t threadsMax = limits::kFilePoolThreads);
  ~FilePool();
  FilePool(const FilePool&) = delete;
  FilePool& operator=(const FilePool&) = delete;

  // Runs `work` on a thread of the pool, then `done` on the loop. Work is begun in the order of the calls. How much can
  // wait is bounded by the callers: each has one operation in flight.
  void run(Task work, Task done);

  // Operations that were asked for and whose `done` has not run yet.
  std::size_t inFlight() const { return inFlight_; }

 private:
  struct Job {
    Task work;
    Task done;
  };

  void addThread();
  void serve();

  const Post post_;
  const std::size_t threadsMax_;

  // Loop thread only.
  std::size_t inFlight_ = 0;
  std::vector<std::thread> threads_;

  // Shared with the threads, under the lock. Not on the path of the data: a job is a whole write to a disk.
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::size_t idle_ = 0;  // threads that wait or are about to, those among them that were woken a moment ago
  bool stopping_ = false;
};

}  // namespace sluice::platform
