#include "platform/file_pool.h"

#include <system_error>
#include <utility>

#include "platform/thread.h"

namespace sluice::platform {

FilePool::FilePool(Post post, std::size_t threadsMax) : post_(std::move(post)), threadsMax_(threadsMax) {}

FilePool::~FilePool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void FilePool::run(Task work, Task done) {
  ++inFlight_;
  bool busy = false;
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(work), std::move(done)});
    busy = jobs_.size() > idle_;
  }
  if (busy && threads_.size() < threadsMax_) addThread();
  wake_.notify_one();
}

// Where the system has no more of them, those that are there do the work.
void FilePool::addThread() {
  try {
    threads_.emplace_back([this] { serve(); });
  } catch (const std::system_error&) {
    if (threads_.empty()) throw;
  }
}

void FilePool::serve() {
  beginThread("files", Urgency::Usual);
  std::unique_lock lock(mutex_);
  ++idle_;
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    --idle_;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    job.work = nullptr;
    lock.lock();
    ++idle_;  // before the end is told: what follows on it finds this thread free
    lock.unlock();
    post_([this, done = std::move(job.done)] {
      --inFlight_;
      done();
    });
    lock.lock();
  }
}

}  // namespace sluice::platform
