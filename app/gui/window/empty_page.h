// Instead of an empty table: where to send traffic, as a command to copy; or why there is nowhere to send it. GUI
// thread.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QWidget>

#include "app/gui/browser/browser.h"
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
  QPushButton& browserButton() { return *browse_; }

 signals:
  void copied(const QString& text);
  void startRequested();
  void browserRequested(const sluice::gui::Browser& browser);

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  void makeBrowserMenu();

  QLabel* title_;
  QLabel* hint_;
  QLabel* commandHint_;
  QWidget* commandRow_;
  QLineEdit* command_;
  QPushButton* copy_;
  QPushButton* start_;
  QPushButton* browse_;
  const std::vector<Browser> browsers_;
};

}  // namespace sluice::gui
