// A long piece of work on files, on a thread of its own: shows how far it is and can be cancelled. Goes away by itself when it is
// done; with its window, it is cancelled and waited for. GUI thread.
#pragma once

#include <QPointer>
#include <QProgressDialog>
#include <QTimer>
#include <QWidget>
#include <atomic>
#include <functional>
#include <thread>

namespace sluice::gui {

class FileJob : public QObject {
  Q_OBJECT
 public:
  // Tells how much is done (0: no more than before); false: it was cancelled, and what was begun shall be taken back.
  using GoOn = std::function<bool(std::uint64_t done)>;
  // On the job's thread; what it gives runs on the GUI thread, unless the window has gone.
  using Work = std::function<std::function<void()>(const GoOn& goOn)>;
  enum class Unit { Bytes, Exchanges };

  // `title` says what is done to which file. `total` 0: nobody knows how much it will be.
  FileJob(QWidget* window, const QString& title, Unit unit, std::uint64_t total, Work work);
  ~FileJob() override;

  QProgressDialog& dialog() { return *dialog_; }
  void cancel() { cancelled_ = true; }

  static constexpr int kShowAfterMs = 400;  // what is done by then needs no dialog

 private:
  void showProgress();
  void finished(const std::function<void()>& tell);

  const QString title_;
  const Unit unit_;
  const std::uint64_t total_;
  QPointer<QProgressDialog> dialog_;
  QTimer progressTimer_;
  QTimer showTimer_;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<bool> cancelled_ = false;
  std::thread thread_;
};

}  // namespace sluice::gui
