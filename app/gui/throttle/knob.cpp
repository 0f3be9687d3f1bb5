#include "app/gui/throttle/knob.h"

#include <QEvent>
#include <QGridLayout>
#include <QKeyEvent>

#include "app/gui/look/colors.h"
#include "app/gui/look/labels.h"

namespace sluice::gui {

Knob::Knob(const QString& name, const QString& hint, const Scale& scale, QWidget* parent)
    : QWidget(parent),
      scale_(scale),
      hint_(hint),
      label_(new QLabel(this)),
      field_(new QLineEdit(this)),
      slider_(new QSlider(Qt::Horizontal, this)) {
  label_->setTextFormat(Qt::PlainText);
  label_->setBuddy(field_);
  setName(name);
  field_->setObjectName(QStringLiteral("knobField"));
  field_->setAlignment(Qt::AlignRight);
  field_->setMinimumWidth(fontMetrics().horizontalAdvance(QStringLiteral("888 Mbit/s (888 MB/s)")) + 14);
  field_->installEventFilter(this);
  slider_->setRange(0, Scale::kSteps);
  slider_->setPageStep(Scale::kSteps / 20);
  for (QWidget* each : {static_cast<QWidget*>(this), static_cast<QWidget*>(slider_), static_cast<QWidget*>(label_)}) {
    each->setToolTip(hint);
    each->setStatusTip(hint);
  }
  auto* layout = new QGridLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setVerticalSpacing(1);
  layout->setHorizontalSpacing(8);
  layout->addWidget(label_, 0, 0);
  layout->addWidget(field_, 0, 1);
  layout->addWidget(slider_, 1, 0, 1, 2);
  layout->setColumnStretch(0, 1);
  connect(field_, &QLineEdit::editingFinished, this, &Knob::takeTyped);
  connect(field_, &QLineEdit::textEdited, this, [this](const QString& text) {
    setProblem(scale_.parse(text) ? QString() : tr("\"%1\" is not understood; for example: %2").arg(text, scale_.example));
  });
  connect(slider_, &QSlider::valueChanged, this, [this](int step) {
    // A slider that was moved by a value has that value, not the nearest step's.
    if (!different_ && step == scale_.stepOf(value_)) return;
    show(scale_.valueAt(step));
    emit changed(value_);
  });
  setProblem({});
  setValue(0);
}

void Knob::setValue(double value) {
  if (field_->hasFocus() && field_->isModified()) return;
  show(value);
  const QSignalBlocker quiet(slider_);
  slider_->setValue(scale_.stepOf(value));
}

void Knob::setDifferent() {
  if (field_->hasFocus() && field_->isModified()) return;
  different_ = true;
  field_->setText(tr("different"));
}

void Knob::setName(const QString& name) {
  label_->setText(name);
  const QString spoken = QString(name).remove(u'&');
  field_->setAccessibleName(spoken);
  slider_->setAccessibleName(spoken);
}

void Knob::show(double value) {
  value_ = value;
  different_ = false;
  const QString text = scale_.text(value);
  if (field_->text() != text) field_->setText(text);
  setProblem({});
}

void Knob::takeTyped() {
  if (!field_->isModified()) return;
  const auto typed = scale_.parse(field_->text());
  field_->setModified(false);
  const double before = value_;
  const bool changes = typed && (different_ || *typed != before);
  if (!typed && different_) return setDifferent();
  setValue(typed.value_or(before));
  if (changes) emit changed(value_);
}

void Knob::setProblem(const QString& problem) {
  QPalette palette = QWidget::palette();
  if (!problem.isEmpty()) palette.setColor(QPalette::Text, colorsOf(palette).bad);
  field_->setPalette(palette);
  field_->setToolTip(problem.isEmpty() ? tr("%1. Can be typed: %2").arg(hint_, scale_.example) : problem);
  field_->setStatusTip(field_->toolTip());
  field_->setAccessibleDescription(field_->toolTip());
}

// Escape brings back what was there; the arrows move the slider from inside the field.
bool Knob::eventFilter(QObject* watched, QEvent* event) {
  if (watched == field_ && event->type() == QEvent::KeyPress) {
    const int key = static_cast<QKeyEvent*>(event)->key();
    if (key == Qt::Key_Escape && field_->isModified()) {
      field_->setModified(false);
      different_ ? setDifferent() : show(value_);
      return true;
    }
    if (key == Qt::Key_Up || key == Qt::Key_Down) {
      takeTyped();
      slider_->setValue(slider_->value() + (key == Qt::Key_Up ? 5 : -5));
      return true;
    }
  }
  return QWidget::eventFilter(watched, event);
}

}  // namespace sluice::gui
