// Work for one widget, done in short pieces on another thread: each piece's outcome is told on the GUI thread, in order.
// What is begun anew, or whose owner is gone, is told no more. GUI thread; pieces run on a thread of the common pool
// and hold what they need by value.
#pragma once

#include <QObject>
#include <QThreadPool>
#include <functional>
#include <memory>

namespace sluice::gui {

// What takes long to take apart, such as a large document, goes away on another thread.
template <class T>
void letGo(std::shared_ptr<T> what) {
  if (what != nullptr && what.use_count() == 1) QThreadPool::globalInstance()->start([what = std::move(what)]() mutable { what.reset(); });
}

class Background : public QObject {
  Q_OBJECT
 public:
  // What a piece came to: `tell` runs on the GUI thread; `more`: another piece follows.
  struct Piece {
    std::function<void()> tell;
    bool more = false;
  };

  explicit Background(QObject* parent) : QObject(parent) {}
  ~Background() override { cancel(); }

  // Ends what there was, and calls `piece` until it says that there is no more.
  void start(std::function<Piece()> piece);
  void cancel();
  bool isRunning() const { return work_ != nullptr; }

 private:
  struct Work;
  static void run(const std::shared_ptr<Work>& work);

  std::shared_ptr<Work> work_;
};

}  // namespace sluice::gui
