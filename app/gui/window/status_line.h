// What the status bar says all the time: engine, connections, rates, history. GUI thread.
#pragma once

#include <QLabel>
#include <QStatusBar>

#include "app/gui/engine/engine_keeper.h"

namespace sluice::gui {

class StatusLine : public QObject {
  Q_OBJECT
 public:
  explicit StatusLine(QStatusBar& bar);

  void showEngine(EngineState state, const QStringList& listeners, bool own);
  void showSample(const control::StatusSample& sample);
  void showCounts(int exchanges, int selected);
  void showHistoryProblem(const QString& problem);
  QString text() const;  // all of it, for tests
  QString recording() const { return lag_->text(); }

 private:
  QLabel* addField(const QString& tip, const QString& widest);

  QStatusBar& bar_;
  QLabel* sign_;
  QLabel* engine_;
  QLabel* problem_;
  QLabel* counts_;
  QLabel* connections_;
  QLabel* rates_;
  QLabel* database_;
  QLabel* lag_;
};

}  // namespace sluice::gui
