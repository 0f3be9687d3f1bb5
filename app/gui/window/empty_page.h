// Instead of an empty table: where to send traffic, as a command to copy; or why there is nowhere to send it. GUI
// thread.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QWidget>

#include "app/gui/engine/engine_keeper.h"

namespace sluice::gui {

class EmptyPage : public QWidget {
  Q_OBJECT
 public:
  explicit EmptyPage(QWidget* parent = nullptr);

  void showState(EngineState state, const QStringList& listeners);
  // What a user does first here.
  void focusContent();
  QString command() const { return command_->text(); }
  QPushButton& startButton() { return *start_; }

 signals:
  void copied(const QString& text);
  void startRequested();

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  QLabel* title_;
  QLabel* hint_;
  QWidget* commandRow_;
  QLineEdit* command_;
  QPushButton* copy_;
  QPushButton* start_;
};

}  // namespace sluice::gui
