#include "app/gui/text/search_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QToolButton>
#include <algorithm>

#include "app/gui/look/icons.h"
#include "app/gui/look/labels.h"

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

SearchBar::SearchBar(TextView& view, QWidget* parent) : QWidget(parent), view_(view) {
  field_ = new QLineEdit(this);
  field_->setPlaceholderText(tr("Find in this text"));
  field_->setAccessibleName(tr("Find in this text"));
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
  connect(field_, &QLineEdit::textChanged, this, &SearchBar::lookFor);
  connect(previous, &QToolButton::clicked, this, [this] { step(-1); });
  connect(next, &QToolButton::clicked, this, [this] { step(1); });
  connect(closing, &QToolButton::clicked, this, &SearchBar::close);
  connect(&view_.search(), &TextSearch::changed, this, &SearchBar::showCount);
  connect(&view_, &TextView::findRequested, this, &SearchBar::open);
  hide();
}

void SearchBar::open() {
  const QString selected = view_.hasSelection() ? view_.selectedText() : QString();
  show();
  if (!selected.isEmpty() && selected.size() < 256 && !selected.contains(u'\n')) field_->setText(selected);
  field_->setFocus(Qt::ShortcutFocusReason);
  field_->selectAll();
  lookFor(field_->text());
}

void SearchBar::close() {
  hide();
  view_.search().start(nullptr, {});
  view_.setFocus(Qt::OtherFocusReason);
}

void SearchBar::lookFor(const QString& text) {
  current_ = -1;
  origin_ = view_.searchOrigin();
  view_.search().start(view_.document(), text);
}

void SearchBar::showCount() {
  const TextSearch& search = view_.search();
  const auto& hits = search.hits();
  if (!isVisible() && hits.empty()) return;
  if (current_ >= qint64(hits.size())) current_ = -1;
  // The first one from here on; when there is none, the first of all.
  if (current_ < 0 && !hits.empty() && (hits.back() >= origin_ || search.isWhole())) {
    const auto first = std::lower_bound(hits.begin(), hits.end(), origin_);
    current_ = first == hits.end() ? 0 : first - hits.begin();
    view_.reveal(hits[std::size_t(current_)], hits[std::size_t(current_)] + search.hitBytes());
  }
  if (search.text().isEmpty()) return count_->clear();
  if (hits.empty()) return count_->setText(search.isWhole() ? tr("Not found") : tr("Searching"));
  const QString total = tr("%L1").arg(hits.size()) + (search.isFull() || !search.isWhole() ? QStringLiteral("+") : QString());
  count_->setText(tr("%L1 of %2").arg(current_ + 1).arg(total));
}

void SearchBar::step(int direction) {
  const auto& hits = view_.search().hits();
  if (hits.empty()) return;
  const auto count = qint64(hits.size());
  current_ = (std::max<qint64>(current_, 0) + direction + count) % count;
  view_.reveal(hits[std::size_t(current_)], hits[std::size_t(current_)] + view_.search().hitBytes());
  showCount();
}

void SearchBar::keyPressEvent(QKeyEvent* event) {
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
