#include "app/gui/look/labels.h"

#include <QEvent>
#include <QPainter>

#include "app/gui/look/colors.h"
#include "app/gui/text/translate.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

// Painted with one colour of whatever palette is current, so that a change of scheme needs nobody's help.
class DressedLabel : public QLabel {
 public:
  DressedLabel(QColor Colors::* color, QWidget* parent) : QLabel(parent), color_(color) {}

 protected:
  void changeEvent(QEvent* event) override {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange || event->type() == QEvent::StyleChange) dress();
  }
  void showEvent(QShowEvent* event) override {
    dress();
    QLabel::showEvent(event);
  }

 private:
  void dress() {
    const QColor color = colorsOf(palette()).*color_;
    if (palette().color(QPalette::WindowText) != color) setTextColor(*this, color);
  }

  QColor Colors::* const color_;
};

class ElidedLabel : public QLabel {
 public:
  using QLabel::QLabel;
  QSize minimumSizeHint() const override {
    return {fontMetrics().horizontalAdvance(u'…') * 3, QLabel::sizeHint().height()};
  }

 protected:
  void paintEvent(QPaintEvent*) override {
    QPainter painter(this);
    const QRect area = contentsRect();
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, area.width());
    setToolTip(shown == text() ? QString() : plainTip(text()));
    painter.setPen(colorsOf(palette()).muted);
    // What is told here is told in the direction of its own words, whatever that of the window is.
    painter.setLayoutDirection(text().isRightToLeft() ? Qt::RightToLeft : Qt::LeftToRight);
    const auto side = layoutDirection() == Qt::RightToLeft ? Qt::AlignRight : Qt::AlignLeft;
    painter.drawText(area, int(side | Qt::AlignAbsolute | Qt::AlignVCenter | Qt::TextSingleLine), shown);
  }
};

class Line : public QFrame {
 public:
  using QFrame::QFrame;

 protected:
  void paintEvent(QPaintEvent*) override { QPainter(this).fillRect(rect(), colorsOf(palette()).border); }
};

}  // namespace

QLabel* mutedLabel(const QString& text, QWidget* parent) {
  auto* label = new DressedLabel(&Colors::muted, parent);
  label->setTextFormat(Qt::PlainText);
  label->setText(text);
  return label;
}

QLabel* problemLabel(QWidget* parent) {
  auto* label = new DressedLabel(&Colors::bad, parent);
  label->setTextFormat(Qt::PlainText);
  label->setWordWrap(true);
  return label;
}

QLabel* hintLabel(QWidget* parent) {
  QLabel* label = mutedLabel({}, parent);
  label->setBackgroundRole(QPalette::Base);
  label->setAutoFillBackground(true);
  label->setAlignment(Qt::AlignCenter);
  label->setWordWrap(true);
  label->setMargin(16);
  return label;
}

QLabel* elidedLabel(QWidget* parent) {
  auto* label = new ElidedLabel(parent);
  label->setTextFormat(Qt::PlainText);
  label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  return label;
}

void nameCloseButton(QPushButton& button) {
  button.setText(tr("Close"));
  button.setAutoDefault(false);
}

QFrame* separatorLine(QWidget* parent) {
  auto* line = new Line(parent);
  line->setFixedHeight(1);
  return line;
}

void setTextColor(QWidget& widget, const QColor& color) {
  QPalette palette = widget.palette();
  palette.setColor(QPalette::WindowText, color);
  palette.setColor(QPalette::Text, color);
  widget.setPalette(palette);
}

}  // namespace sluice::gui
