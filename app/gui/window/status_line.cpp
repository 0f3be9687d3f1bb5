#include "app/gui/window/status_line.h"

#include <QPainter>

#include "app/gui/look/colors.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/format.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

// Up to here the recorder commits its batches as it should.
constexpr std::uint64_t kLagBytesWorthTelling = 1'000'000;

// A dot in the colour of the engine's state.
class StateDot : public QLabel {
 public:
  using QLabel::QLabel;
  void setState(EngineState state) {
    state_ = state;
    update();
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(color());
    painter.drawEllipse(QRectF(width() / 2.0 - 4, height() / 2.0 - 4, 8, 8));
  }

 private:
  QColor color() const {
    const Colors& colors = colorsOf(palette());
    switch (state_) {
      case EngineState::Running: return colors.good;
      case EngineState::Starting:
      case EngineState::Waiting:
      case EngineState::Stopping: return colors.warning;
      case EngineState::Stopped: return colors.faint;
      case EngineState::Failed: return colors.bad;
    }
    return colors.faint;
  }

  EngineState state_ = EngineState::Stopped;
};

QString engineText(EngineState state, const QStringList& listeners, bool own) {
  switch (state) {
    case EngineState::Running: {
      const QString where = StatusLine::tr("Listening on %1").arg(listeners.join(QStringLiteral(", ")));
      return own ? where : StatusLine::tr("%1 (engine of another program)").arg(where);
    }
    case EngineState::Starting: return StatusLine::tr("Starting the engine");
    case EngineState::Waiting: return StatusLine::tr("Waiting for an engine");
    case EngineState::Stopping: return StatusLine::tr("Stopping the engine");
    case EngineState::Stopped: return StatusLine::tr("Engine stopped");
    case EngineState::Failed: return StatusLine::tr("Engine not running");
  }
  return {};
}

QString recordingText(const control::StatusSample& sample) {
  switch (sample.capture) {
    case control::CaptureState::Off: return StatusLine::tr("Recording off");
    case control::CaptureState::Failed: return StatusLine::tr("Recording paused");
    case control::CaptureState::On: break;
  }
  if (sample.recorderQueueBytes < kLagBytesWorthTelling) {
    return sample.cutBodies == 0 ? StatusLine::tr("Recording") : StatusLine::tr("Recording, bodies cut");
  }
  return StatusLine::tr("Recording, %1 behind").arg(formatBytes(sample.recorderQueueBytes));
}

QString recordingTip(const control::StatusSample& sample) {
  QStringList lines{StatusLine::tr("How far recording is behind the traffic: %1").arg(formatBytes(sample.recorderQueueBytes))};
  if (!sample.storeError.empty()) lines << visibleLine(sample.storeError);
  if (sample.refusedBodyBytes > 0) {
    lines << StatusLine::tr("Bodies not recorded since the start: %1").arg(formatBytes(sample.refusedBodyBytes));
  }
  if (sample.droppedExchanges > 0) {
    lines << StatusLine::tr("Exchanges not recorded since the start: %L1").arg(sample.droppedExchanges);
  }
  if (sample.cutBodies > 0) {
    lines << StatusLine::tr("Bodies whose end was not kept, because the disk was slower than the traffic: %L1").arg(sample.cutBodies)
          << StatusLine::tr("Traffic did not wait for it. The preferences can keep less of each body.");
  }
  return lines.join(u'\n');
}

QString connectionsTip(const control::StatusSample& sample) {
  QStringList lines{StatusLine::tr("Open client connections, served by %L1 worker processes").arg(sample.workers)};
  if (sample.workerRestarts > 0) {
    lines << StatusLine::tr("Workers restarted after a crash since the start: %L1").arg(sample.workerRestarts);
  }
  lines << StatusLine::tr("Shared memory to the recorder: %L1 of %L2 chunks in use, %L3 messages queued")
               .arg(sample.chunksInUse)
               .arg(sample.chunks)
               .arg(sample.queuedMessages);
  if (sample.backPressureEvents > 0) lines << StatusLine::tr("Chunks ran out: %L1 times").arg(sample.backPressureEvents);
  return lines.join(u'\n');
}

}  // namespace

StatusLine::StatusLine(QStatusBar& bar) : QObject(&bar), bar_(bar) {
  bar.setSizeGripEnabled(false);
  bar.setContentsMargins(6, 0, 6, 0);
  sign_ = new StateDot(&bar);
  sign_->setFixedWidth(14);
  engine_ = new QLabel(&bar);
  engine_->setTextFormat(Qt::PlainText);
  problem_ = new QLabel(&bar);
  problem_->setTextFormat(Qt::PlainText);
  bar.addWidget(sign_);
  bar.addWidget(engine_);
  bar.addWidget(problem_);
  counts_ = addField(tr("Exchanges in the history"), {});
  connections_ = addField(tr("Open client connections"), {});
  // Wide enough from the start: the line must not shiver while numbers change.
  rates_ = addField(tr("Bytes a second from and to clients"), QStringLiteral("↓ 888 MB/s  ↑ 888 MB/s"));
  database_ = addField(tr("Size of the history database"), {});
  lag_ = addField(tr("How far recording is behind the traffic"), {});
  showEngine(EngineState::Stopped, {}, true);
}

QLabel* StatusLine::addField(const QString& tip, const QString& widest) {
  QLabel* label = mutedLabel({}, &bar_);
  label->setToolTip(tip);
  label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  label->setContentsMargins(10, 0, 0, 0);
  if (!widest.isEmpty()) label->setMinimumWidth(label->fontMetrics().horizontalAdvance(widest) + 10);
  bar_.addPermanentWidget(label);
  return label;
}

void StatusLine::showEngine(EngineState state, const QStringList& listeners, bool own) {
  static_cast<StateDot*>(sign_)->setState(state);
  engine_->setText(engineText(state, listeners, own));
  const bool running = state == EngineState::Running;
  for (QLabel* field : {connections_, rates_, lag_}) field->setVisible(running && !field->text().isEmpty());
}

void StatusLine::showSample(const control::StatusSample& sample) {
  connections_->setText(sample.openConnections == 1 ? tr("1 connection")
                                                    : tr("%L1 connections").arg(sample.openConnections));
  connections_->setToolTip(connectionsTip(sample));
  rates_->setText(
      QStringLiteral("↓ %1  ↑ %2").arg(formatRate(sample.downBytesPerSecond), formatRate(sample.upBytesPerSecond)));
  database_->setText(tr("History %1").arg(formatBytes(sample.databaseBytes)));
  lag_->setText(recordingText(sample));
  lag_->setToolTip(plainTip(recordingTip(sample)));
  for (QLabel* field : {connections_, rates_, lag_}) field->show();
}

void StatusLine::showCounts(int exchanges, int selected) {
  const QString all = exchanges == 1 ? tr("1 exchange") : tr("%L1 exchanges").arg(exchanges);
  counts_->setText(selected > 1 ? tr("%1, %L2 selected").arg(all).arg(selected) : all);
}

void StatusLine::showHistoryProblem(const QString& problem) {
  problem_->setText(problem.isEmpty() ? QString() : tr("History: %1").arg(problem));
}

QString StatusLine::text() const {
  QStringList parts;
  for (const QLabel* label : {engine_, problem_, counts_, connections_, rates_, database_, lag_})
    parts << label->text();
  return parts.join(u'|');
}

}  // namespace sluice::gui
