// What an engine of this window records, and how much of the history it keeps. Kept at once; an engine that runs already is offered to be
// started again. GUI thread.
#pragma once

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QLabel>
#include <QPushButton>
#include <QSettings>
#include <QSpinBox>

#include "app/gui/engine/engine_keeper.h"

namespace sluice::gui {

class KeepingPage : public QWidget {
  Q_OBJECT
 public:
  KeepingPage(QSettings& settings, EngineKeeper& keeper, QWidget* parent);

  QCheckBox& bodies() { return *bodies_; }
  QSpinBox& bodyMb() { return *bodyMb_; }
  QDoubleSpinBox& historyGb() { return *historyGb_; }
  QSpinBox& exchanges() { return *exchanges_; }
  QSpinBox& days() { return *days_; }
  QPushButton& restart() { return *restart_; }

 private:
  void changed();
  void showState();

  QSettings& settings_;
  EngineKeeper& keeper_;
  QCheckBox* bodies_;
  QSpinBox* bodyMb_;
  QDoubleSpinBox* historyGb_;
  QSpinBox* exchanges_;
  QSpinBox* days_;
  QLabel* state_;
  QPushButton* restart_;
};

}  // namespace sluice::gui
