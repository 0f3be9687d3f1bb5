#include "core/store/checkpointer.h"

#include <utility>

#include "core/base/limits.h"
#include "platform/thread.h"

namespace sluice::store {
namespace {

constexpr int kFoldPages = limits::kDatabaseLogPages;
constexpr int kLongPages = 2 * kFoldPages;  // to be made short again
constexpr int kLittlePages = static_cast<int>(limits::kRecorderBatchBytes / limits::kDatabasePageBytes);
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

void Checkpointer::letFinish() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return work_ != Work::FoldLast; });
}

void Checkpointer::committed(SqlConnection& sql) {
  const int before = std::exchange(pages_, sql.logPages());
  if (pages_ < before) {  // it has begun anew
    folding_ = 0;
    foldAt_ = kFoldPages;
  }
  if (pages_ < foldAt_) return;
  const std::lock_guard lock(mutex_);
  if (work_ != Work::None) return;
  work_ = next();
  folding_ = pages_;
  // Where a reader keeps it from beginning anew, there is no haste.
  if (pages_ < kLongPages || work_ == Work::FoldLast) foldAt_ = pages_ + kFoldPages;
  changed_.notify_all();
}

Checkpointer::Work Checkpointer::next() const {
  const bool isLittle = pages_ - folding_ <= kLittlePages;
  return pages_ >= kTooLongPages || (pages_ >= kLongPages && isLittle) ? Work::FoldLast : Work::Fold;
}

void Checkpointer::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || work_ != Work::None; });
    if (stopping_) return;
    const Work work = work_;
    lock.unlock();
    fold(work);
    lock.lock();
    work_ = Work::None;
    changed_.notify_all();
  }
}

// A connection of its own each time: another history may have taken the place of the one before. What fails here, the recorder will
// see for itself. The last of a log is told to the disk by SQLite, with all that was folded and is not there yet: that shall be little.
void Checkpointer::fold(Work work) const {
  auto sql = SqlConnection::open(history_, Access::ReadWrite);
  if (!sql) return;
  sql->leaveLogOnClose();
  (void)sql->run(kFold);
  if (work == Work::Fold) (void)sql->syncFile();
}

}  // namespace sluice::store
