// The field in which exchanges are filtered: completion while one types, what is wrong and where beside it. Applies a
// filter when typing pauses; one that is wrong leaves the last good one in force. GUI thread.
#pragma once

#include <QCompleter>
#include <QLabel>
#include <QLineEdit>
#include <QStringListModel>
#include <QTimer>
#include <QWidget>

#include "core/filter/expression.h"

namespace sluice::gui {

class FilterField : public QWidget {
  Q_OBJECT
 public:
  explicit FilterField(QWidget* parent = nullptr);

  QLineEdit& field() { return *field_; }
  QString problem() const { return problem_->text(); }
  // The candidates that are offered where the cursor is.
  QStringList offered() const { return candidates_->stringList(); }

  void setText(const QString& text);
  // Both what stands there and this must hold.
  void narrowBy(const QString& filter);
  void focusField();

 signals:
  void filterChanged(const sluice::filter::Node& filter);
  // The keyboard goes on to what it found: Enter, Down, or Escape in an empty field.
  void left();

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void apply();
  void offer();
  void take(const QString& candidate);
  void showProblem(const QString& problem);
  QRect placeOf(int begin) const;

  QLineEdit* field_;
  QLabel* problem_;
  QStringListModel* candidates_;
  QCompleter* completer_;
  QTimer pause_;
  filter::Node applied_;
};

}  // namespace sluice::gui
