#include "core/store/checkpointer.h"

#include <utility>

#include "core/base/limits.h"
#include "platform/thread.h"

namespace sluice::store {
namespace {

constexpr int kFoldPages = limits::kDatabaseLogPages;
constexpr int kLongPages = 2 * kFoldPages;  // to be made short again
constexpr int kTooLongPages = static_cast<int>(limits::kDatabaseLogBytesKept / limits::kDatabasePageBytes);

// Passive: it waits for nobody, and nobody waits for it.
constexpr const char* kFold = "PRAGMA wal_checkpoint(PASSIVE)";

}  // namespace

Checkpointer::Checkpointer(std::filesystem::path history)
    : history_(std::move(history)), foldAt_(kFoldPages), thread_([this] {
        platform::beginThread("checkpointer", platform::Urgency::Prompt);
        run();
      }) {}

Checkpointer::~Checkpointer() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Checkpointer::committed(SqlConnection& sql) {
  const int before = std::exchange(pages_, sql.logPages());
  if (pages_ < before) foldAt_ = kFoldPages;  // it has begun anew
  // What was written while the other thread was at work is little.
  const bool finish = folded_.exchange(false) && pages_ >= kLongPages;
  if (!finish && pages_ < foldAt_) return;
  foldAt_ = pages_ + kFoldPages;
  if (finish || pages_ >= kTooLongPages) return (void)sql.run(kFold);
  const std::lock_guard lock(mutex_);
  wanted_ = true;
  changed_.notify_all();
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || wanted_; });
    if (stopping_) return;
    wanted_ = false;
    lock.unlock();
    fold();
    folded_ = true;
    lock.lock();
  }
}

// A connection of its own each time: another history may have taken the place of the one before. What fails here, the recorder will
// see for itself.
void Checkpointer::fold() const {
  auto sql = SqlConnection::open(history_, Access::ReadWrite);
  if (!sql) return;
  sql->leaveLogOnClose();
  (void)sql->run(kFold);
}

}  // namespace sluice::store
