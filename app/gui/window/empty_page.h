// Instead of an empty table: where to send traffic, with a browser or a terminal that does so, or as a command to copy; or why there is
// nowhere to send it. GUI thread.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QWidget>

#include "app/gui/browser/browser.h"
#include "app/gui/engine/engine_keeper.h"
#include "platform/terminal.h"

namespace sluice::gui {

class EmptyPage : public QWidget {
  Q_OBJECT
 public:
  explicit EmptyPage(QWidget* parent = nullptr);

  // `proxy`: the address of the one to send programs to; empty: there is none.
  void showState(EngineState state, const QStringList& listeners, const QString& proxy);
  // What a user does first here; false: there is nothing to do.
  bool focusContent();
  QString command() const { return command_->text(); }
  QPushButton& startButton() { return *start_; }
  QPushButton& browserButton() { return *browse_; }
  QPushButton& terminalButton() { return *terminal_; }
  QPushButton& trustButton() { return *trust_; }

 signals:
  void copied(const QString& text);
  void startRequested();
  void browserRequested(const sluice::gui::Browser& browser);
  void terminalRequested(const sluice::platform::Terminal& terminal);
  void trustRequested();

 protected:
  void paintEvent(QPaintEvent*) override;

 private:
  void makeBrowserMenu();
  void makeTerminalMenu();

  QLabel* title_;
  QLabel* hint_;
  QLabel* commandHint_;
  QWidget* commandRow_;
  QLineEdit* command_;
  QPushButton* copy_;
  QPushButton* start_;
  QWidget* clients_;
  QPushButton* browse_;
  QPushButton* terminal_;
  QPushButton* trust_;
  const std::vector<Browser> browsers_;
  const std::vector<platform::Terminal> terminals_;
};

}  // namespace sluice::gui
