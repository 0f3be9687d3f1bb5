#include "app/gui/history/history.h"

namespace sluice::gui {

// History thread only.
class History::Worker : public QObject {
 public:
  explicit Worker(Opener opener) : opener_(std::move(opener)) {}

  void run(const Task& task) {
    // Not there yet, or not readable at the moment: each question tries again.
    if (!reader_) {
      auto opened = opener_();
      if (!opened) return task(fail(opened.error()));
      reader_.emplace(std::move(*opened));
    }
    task(&*reader_);
  }

  void close() { reader_.reset(); }

 private:
  const Opener opener_;  // Immutable after construction.
  std::optional<store::Reader> reader_;
};

History::History(std::filesystem::path dataDir, const QString& threadName, QObject* parent)
    : History([dataDir = std::move(dataDir)] { return store::Reader::open(dataDir); }, threadName, parent) {}

History::History(Opener opener, const QString& threadName, QObject* parent)
    : QObject(parent), opener_(std::move(opener)), worker_(new Worker(opener_)) {
  thread_.setObjectName(threadName);
  worker_->moveToThread(&thread_);
  connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
  thread_.start();
}

History::~History() {
  thread_.quit();
  thread_.wait();
}

void History::post(Task task) {
  QMetaObject::invokeMethod(
      worker_, [worker = worker_, task = std::move(task)] { worker->run(task); }, Qt::QueuedConnection);
}

void History::reopen() {
  QMetaObject::invokeMethod(
      worker_, [worker = worker_] { worker->close(); }, Qt::QueuedConnection);
}

}  // namespace sluice::gui
