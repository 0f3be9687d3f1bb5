// One number of a profile: its name, its value that can be typed, and a slider. What is typed and cannot be understood turns red and is
// explained in the tooltip; leaving the field brings the last good value back. GUI thread.
#pragma once

#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QWidget>

#include "app/gui/throttle/scale.h"

namespace sluice::gui {

class Knob : public QWidget {
  Q_OBJECT
 public:
  Knob(const QString& name, const QString& hint, const Scale& scale, QWidget* parent = nullptr);

  double value() const { return value_; }
  // As told from outside: no signal.
  void setValue(double value);
  // It stands for several that have values of their own: it says so, and takes any move as a change.
  void setDifferent();
  void setName(const QString& name);
  QSlider& slider() { return *slider_; }
  QLineEdit& field() { return *field_; }

 signals:
  void changed(double value);

 protected:
  bool eventFilter(QObject* watched, QEvent* event) override;

 private:
  void show(double value);
  void takeTyped();
  void setProblem(const QString& problem);

  const Scale& scale_;
  double value_ = 0;
  bool different_ = false;
  QString hint_;
  QLabel* label_;
  QLineEdit* field_;
  QSlider* slider_;
};

}  // namespace sluice::gui
