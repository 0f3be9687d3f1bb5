#include "platform/file_pool.h"

#include <utility>

#include "platform/thread.h"

namespace sluice::platform {

FilePool::FilePool(Post post, std::size_t threads) : post_(std::move(post)) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { serve(); });
}

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
  {
    const std::lock_guard lock(mutex_);
    jobs_.push_back({std::move(work), std::move(done)});
  }
  wake_.notify_one();
}

void FilePool::serve() {
  beginThread("files", Urgency::Usual);
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
    if (jobs_.empty()) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    job.work();
    job.work = nullptr;
    post_([this, done = std::move(job.done)] {
      --inFlight_;
      done();
    });
    lock.lock();
  }
}

}  // namespace sluice::platform
