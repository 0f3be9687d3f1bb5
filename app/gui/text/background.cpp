#include "app/gui/text/background.h"

#include <QMutex>
#include <QThreadPool>

namespace sluice::gui {

struct Background::Work {
  std::function<Piece()> piece;
  // Shared: the owner ends the work by taking itself out.
  QMutex mutex;
  Background* owner = nullptr;
};

void Background::start(std::function<Piece()> piece) {
  cancel();
  work_ = std::make_shared<Work>();
  work_->piece = std::move(piece);
  work_->owner = this;
  QThreadPool::globalInstance()->start([work = work_] { run(work); });
}

void Background::cancel() {
  if (work_ == nullptr) return;
  const std::shared_ptr<Work> work = std::move(work_);
  const QMutexLocker lock(&work->mutex);
  work->owner = nullptr;
}

// One piece a turn of the pool, so that a long search does not keep others from beginning.
void Background::run(const std::shared_ptr<Work>& work) {
  {
    const QMutexLocker lock(&work->mutex);
    if (work->owner == nullptr) return;
  }
  Piece done = work->piece();
  const bool more = done.more;
  const QMutexLocker lock(&work->mutex);
  if (work->owner == nullptr) return;
  QMetaObject::invokeMethod(
      work->owner,
      [work, owner = work->owner, tell = std::move(done.tell), more] {
        if (owner->work_ != work) return;
        if (!more) owner->work_.reset();
        if (tell) tell();
      },
      Qt::QueuedConnection);
  if (more) QThreadPool::globalInstance()->start([work] { run(work); });
}

}  // namespace sluice::gui
