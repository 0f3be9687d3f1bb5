#include "app/gui/session/file_job.h"

#include <QLabel>

#include "app/gui/text/format.h"

namespace sluice::gui {
namespace {

constexpr int kProgressEveryMs = 100;
constexpr int kSteps = 1000;

}  // namespace

FileJob::FileJob(QWidget* window, const QString& title, Unit unit, std::uint64_t total, Work work)
    : QObject(window), title_(title), unit_(unit), total_(total), dialog_(new QProgressDialog(window)) {
  dialog_->setWindowTitle(QStringLiteral("Sluice"));
  dialog_->setAccessibleName(title);
  auto* label = new QLabel(dialog_);
  label->setTextFormat(Qt::PlainText);  // it names a file, whose name may look like anything
  dialog_->setLabel(label);
  dialog_->setRange(0, total == 0 ? 0 : kSteps);
  dialog_->setAutoClose(false);
  dialog_->setAutoReset(false);
  dialog_->setMinimumDuration(1 << 30);  // shown by showTimer_, since there may be no progress to tell of
  dialog_->setMinimumWidth(420);
  connect(dialog_, &QProgressDialog::canceled, this, &FileJob::cancel);
  showProgress();
  connect(&progressTimer_, &QTimer::timeout, this, &FileJob::showProgress);
  progressTimer_.start(kProgressEveryMs);
  showTimer_.setSingleShot(true);
  connect(&showTimer_, &QTimer::timeout, dialog_, &QWidget::show);
  showTimer_.start(kShowAfterMs);
  thread_ = std::thread([this, work = std::move(work)] {
    auto tell = work([this](std::uint64_t done) {
      if (done > 0) done_ = done;
      return !cancelled_;
    });
    QMetaObject::invokeMethod(this, [this, tell = std::move(tell)] { finished(tell); }, Qt::QueuedConnection);
  });
}

FileJob::~FileJob() {
  cancelled_ = true;
  thread_.join();
  delete dialog_;
}

void FileJob::showProgress() {
  if (!dialog_) return;
  const std::uint64_t done = done_;
  const QString amount = unit_ == Unit::Bytes ? formatBytes(done) : tr("%L1 exchanges").arg(done);
  dialog_->setLabelText(title_ + u'\n' + amount);
  if (total_ > 0) dialog_->setValue(int(double(std::min(done, total_)) / double(total_) * kSteps));
}

void FileJob::finished(const std::function<void()>& tell) {
  if (dialog_) dialog_->hide();
  tell();
  deleteLater();
}

}  // namespace sluice::gui
