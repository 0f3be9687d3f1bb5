// What looks for a text has at its top: a field, how many there are, and steps from one to the next. Hidden until it is asked for; who
// derives from it knows where to look. GUI thread.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

namespace sluice::gui {

class FindBar : public QWidget {
  Q_OBJECT
 public:
  virtual void open() { openWith({}); }
  virtual void close() { hide(); }
  // To the next one with 1, to the one before with -1; round at the end.
  virtual void step(int direction) = 0;
  QLineEdit& field() { return *field_; }
  QString countText() const { return count_->text(); }

 protected:
  FindBar(const QString& what, QWidget* parent);

  // Shows it, with `text` to look for unless that is empty.
  void openWith(const QString& text);
  virtual void lookFor(const QString& text) = 0;
  // How far the search is: the one that is shown, -1 for none, out of so many. `whole`: there are no more.
  void showCount(qint64 current, qint64 count, bool whole);
  // Instead: why it cannot be told.
  void showProblem(const QString& problem);
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QLineEdit* field_;
  QLabel* count_;
};

}  // namespace sluice::gui
