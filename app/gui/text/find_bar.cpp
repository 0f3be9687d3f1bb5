#include "app/gui/text/find_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QToolButton>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

QToolButton* stepButton(Glyph glyph, const QString& name, QWidget* parent) {
  auto* button = new QToolButton(parent);
  button->setIcon(icon(glyph));
  button->setAutoRaise(true);
  button->setToolTip(name);
  button->setAccessibleName(name);
  return button;
}

}  // namespace

FindBar::FindBar(const QString& what, QWidget* parent) : QWidget(parent) {
  field_ = new QLineEdit(this);
  field_->setPlaceholderText(what);
  field_->setAccessibleName(what);
  field_->setClearButtonEnabled(true);
  count_ = mutedLabel({}, this);
  QToolButton* previous = stepButton(Glyph::Up, tr("Previous (Shift+Enter)"), this);
  QToolButton* next = stepButton(Glyph::Down, tr("Next (Enter)"), this);
  QToolButton* closing = stepButton(Glyph::Close, tr("Close (Esc)"), this);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(12, 4, 6, 4);
  layout->setSpacing(4);
  layout->addWidget(field_, 1);
  layout->addWidget(count_);
  layout->addWidget(previous);
  layout->addWidget(next);
  layout->addWidget(closing);
  connect(field_, &QLineEdit::textChanged, this, &FindBar::lookFor);
  connect(previous, &QToolButton::clicked, this, [this] { step(-1); });
  connect(next, &QToolButton::clicked, this, [this] { step(1); });
  connect(closing, &QToolButton::clicked, this, &FindBar::close);
  hide();
}

void FindBar::openWith(const QString& text) {
  show();
  const QString before = field_->text();
  if (!text.isEmpty()) field_->setText(text);
  field_->setFocus(Qt::ShortcutFocusReason);
  field_->selectAll();
  if (field_->text() == before) lookFor(before);
}

void FindBar::showCount(qint64 current, qint64 count, bool whole) {
  count_->setToolTip({});
  if (field_->text().isEmpty()) return count_->clear();
  if (count == 0) return count_->setText(whole ? tr("Not found") : tr("Searching"));
  const QString total = tr("%L1").arg(count) + (whole ? QString() : QStringLiteral("+"));
  count_->setText(tr("%L1 of %2").arg(current + 1).arg(total));
}

void FindBar::showProblem(const QString& problem) {
  count_->setText(tr("Search failed"));
  count_->setToolTip(plainTip(problem));
}

void FindBar::keyPressEvent(QKeyEvent* event) {
  switch (event->key()) {
    case Qt::Key_Escape: return close();
    case Qt::Key_Return:
    case Qt::Key_Enter: return step(event->modifiers().testFlag(Qt::ShiftModifier) ? -1 : 1);
    case Qt::Key_Down: return step(1);
    case Qt::Key_Up: return step(-1);
    default: QWidget::keyPressEvent(event);
  }
}

}  // namespace sluice::gui
