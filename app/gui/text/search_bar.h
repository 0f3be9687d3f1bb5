// Looks for a text in a TextView: a field, how many there are, and steps from one to the next. Hidden until it is asked
// for. GUI thread.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QWidget>

#include "app/gui/text/text_view.h"

namespace sluice::gui {

class SearchBar : public QWidget {
  Q_OBJECT
 public:
  explicit SearchBar(TextView& view, QWidget* parent = nullptr);

  // Shows it, with what is selected as the text to look for.
  void open();
  void close();
  void step(int direction);
  QLineEdit& field() { return *field_; }
  QString countText() const { return count_->text(); }

 protected:
  void keyPressEvent(QKeyEvent* event) override;

 private:
  void lookFor(const QString& text);
  void showCount();

  TextView& view_;
  QLineEdit* field_;
  QLabel* count_;
  qint64 current_ = -1;  // among the hits; -1: none yet
  qint64 origin_ = 0;    // the byte from which on the first hit is looked for
};

}  // namespace sluice::gui
