// Work for one widget, done in short pieces on another thread: each piece's outcome is told on the GUI thread, in order.
// What is begun anew, or whose owner is gone, is told no more. GUI thread; pieces run on a thread of the common pool
// and hold what they need by value.
#pragma once

#include <QObject>
#include <functional>
#include <memory>

namespace sluice::gui {

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
