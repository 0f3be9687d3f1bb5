// Where an engine of this window listens: a line each, checked as it is typed. Kept at once; an engine that runs already is offered to be
// started again. GUI thread.
#pragma once

#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSettings>

#include "app/gui/engine/engine_keeper.h"

namespace sluice::gui {

class ListenersPage : public QWidget {
  Q_OBJECT
 public:
  ListenersPage(QSettings& settings, EngineKeeper& keeper, QWidget* parent);

  QPlainTextEdit& text() { return *text_; }
  QString problem() const { return problem_->text(); }
  QPushButton& restart() { return *restart_; }

 private:
  void edited();
  void showState();
  QStringList lines() const;

  QSettings& settings_;
  EngineKeeper& keeper_;
  QPlainTextEdit* text_;
  QLabel* problem_;
  QLabel* state_;
  QPushButton* restart_;
};

}  // namespace sluice::gui
