// What keyboard and mouse do to a TextView.
#include <QAction>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QMenu>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "app/gui/text/text_metrics.h"
#include "app/gui/text/text_view.h"

namespace sluice::gui {
namespace {
constexpr int kDragScrollMs = 30;
constexpr qint64 kPrimarySelectionRowsMax = 10'000;  // what a drag of the mouse puts up for pasting
}  // namespace

TextView::Position TextView::positionAt(QPoint point) const {
  if (rowCount() == 0) return {};
  const auto index = qint64(verticalScrollBar()->value()) +
                     qint64(std::floor(double(point.y() - kTextMargin / 2) / rowHeight()));
  if (index < 0) return {};
  if (index >= rowCount()) return {rowCount() - 1, lengthOf(rowCount() - 1)};
  const Row& row = index_->row(index);
  const double x = point.x() - (kTextMargin + gutterWidth() + indentWidth(row) - horizontalScrollBar()->value());
  return {index, layoutOf(row)->lineAt(0).xToCursor(x)};
}

// Whether the click was on the triangle of a fold, or beside it.
bool TextView::pressFold(QPoint point) {
  if (!canFold() || point.x() > kTextMargin / 2 + gutterWidth() || rowCount() == 0) return false;
  const Position at = positionAt(point);
  const Row& row = index_->row(at.row);
  if (row.line.fold == Line::Fold::None || !row.beginsLine) return false;
  toggleFold(row.line.foldAt);
  return true;
}

void TextView::moveCaret(Position to, bool keepAnchor) {
  caret_ = to;
  if (!keepAnchor) anchor_ = to;
  ensureCaretVisible();
  viewport()->update();
}

void TextView::moveCaretByRows(qint64 rows) {
  const qint64 target = std::clamp<qint64>(caret_.row + rows, 0, rowCount() - 1);
  const bool toEnd = rows >= rowCount();
  const qint64 length = lengthOf(target);
  moveCaret({target, toEnd ? length : std::min(caret_.column, length)}, true);
}

TextView::Position TextView::stepped(Position from, int columns) const {
  from.column += columns;
  if (from.column < 0) {
    if (from.row == 0) return {};
    return {from.row - 1, lengthOf(from.row - 1)};
  }
  if (from.column <= lengthOf(from.row)) return from;
  if (from.row + 1 >= rowCount()) return {from.row, lengthOf(from.row)};
  return {from.row + 1, 0};
}

void TextView::ensureCaretVisible() {
  const auto row = int(caret_.row);
  QScrollBar* bar = verticalScrollBar();
  if (row < bar->value()) bar->setValue(row);
  if (row >= bar->value() + bar->pageStep()) bar->setValue(row - bar->pageStep() + 1);
}

void TextView::resizeEvent(QResizeEvent*) {
  const auto columns = wantedLayout().columns;
  const RowIndex* newest = pending_ != nullptr ? pending_.get() : index_.get();
  if (newest != nullptr && newest->layout().columns != columns && newest->document()->fixedColumns() == 0) {
    layOut(newest->document(), Keep::Position);
  }
  updateScrollBars();
}

void TextView::changeEvent(QEvent* event) {
  QAbstractScrollArea::changeEvent(event);
  if (event->type() != QEvent::FontChange && event->type() != QEvent::StyleChange) return;
  if (index_ != nullptr) layOut(index_->document(), Keep::Position);
  updateScrollBars();
}

void TextView::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return copy();
  if (event->matches(QKeySequence::SelectAll)) return selectAll();
  if (event->matches(QKeySequence::Find)) return emit findRequested();
  if (rowCount() > 0 && (extendSelection(event) || scrollByKey(event))) return;
  QAbstractScrollArea::keyPressEvent(event);
}

bool TextView::extendSelection(QKeyEvent* event) {
  const auto page = verticalScrollBar()->pageStep();
  if (event->matches(QKeySequence::SelectNextChar)) return moveCaret(stepped(caret_, 1), true), true;
  if (event->matches(QKeySequence::SelectPreviousChar)) return moveCaret(stepped(caret_, -1), true), true;
  if (event->matches(QKeySequence::SelectNextLine)) return moveCaretByRows(1), true;
  if (event->matches(QKeySequence::SelectPreviousLine)) return moveCaretByRows(-1), true;
  if (event->matches(QKeySequence::SelectNextPage)) return moveCaretByRows(page), true;
  if (event->matches(QKeySequence::SelectPreviousPage)) return moveCaretByRows(-page), true;
  if (event->matches(QKeySequence::SelectStartOfDocument)) return moveCaret({}, true), true;
  if (event->matches(QKeySequence::SelectEndOfDocument)) return moveCaretByRows(rowCount()), true;
  if (event->matches(QKeySequence::SelectStartOfLine)) return moveCaret({caret_.row, 0}, true), true;
  if (event->matches(QKeySequence::SelectEndOfLine)) return moveCaret({caret_.row, lengthOf(caret_.row)}, true), true;
  return false;
}

bool TextView::scrollByKey(QKeyEvent* event) {
  QScrollBar* bar = verticalScrollBar();
  switch (event->key()) {
    case Qt::Key_Home: bar->setValue(0); return true;
    case Qt::Key_End: bar->setValue(bar->maximum()); return true;
    case Qt::Key_Space: bar->triggerAction(QScrollBar::SliderPageStepAdd); return true;
    default: return false;  // arrows and pages are the scroll area's own
  }
}

void TextView::mousePressEvent(QMouseEvent* event) {
  const QPoint point = event->position().toPoint();
  if (event->button() != Qt::LeftButton || rowCount() == 0 || pressFold(point)) return;
  moveCaret(positionAt(point), event->modifiers().testFlag(Qt::ShiftModifier));
}

void TextView::mouseMoveEvent(QMouseEvent* event) {
  if (!event->buttons().testFlag(Qt::LeftButton) || rowCount() == 0) return;
  dragPoint_ = event->position().toPoint();
  caret_ = positionAt(dragPoint_);
  viewport()->update();
  const bool outside = !viewport()->rect().contains(dragPoint_);
  if (outside && dragTimer_ == 0) dragTimer_ = startTimer(kDragScrollMs);
}

void TextView::timerEvent(QTimerEvent* event) {
  if (event->timerId() != dragTimer_) return QAbstractScrollArea::timerEvent(event);
  if (viewport()->rect().contains(dragPoint_)) {
    killTimer(dragTimer_);
    dragTimer_ = 0;
    return;
  }
  verticalScrollBar()->setValue(verticalScrollBar()->value() + (dragPoint_.y() < 0 ? -1 : 1));
  caret_ = positionAt(dragPoint_);
  viewport()->update();
}

void TextView::mouseReleaseEvent(QMouseEvent*) {
  if (dragTimer_ != 0) killTimer(dragTimer_);
  dragTimer_ = 0;
  QClipboard* clipboard = QGuiApplication::clipboard();
  const bool short_ = std::abs(caret_.row - anchor_.row) <= kPrimarySelectionRowsMax;
  if (short_ && clipboard->supportsSelection()) copyTo(QClipboard::Selection);
}

void TextView::mouseDoubleClickEvent(QMouseEvent* event) {
  const QPoint point = event->position().toPoint();
  if (rowCount() == 0 || pressFold(point)) return;
  const Position at = positionAt(point);
  const QString text = index_->row(at.row).text().toString();
  const auto inWord = [&](qint64 i) { return text[i].isLetterOrNumber() || text[i] == u'_' || text[i] == u'-'; };
  qint64 from = at.column, to = at.column;
  while (from > 0 && inWord(from - 1)) --from;
  while (to < text.size() && inWord(to)) ++to;
  anchor_ = {at.row, from};
  caret_ = {at.row, to};
  viewport()->update();
}

void TextView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  QAction* copyAction = menu.addAction(tr("&Copy"), QKeySequence(QKeySequence::Copy), this, &TextView::copy);
  copyAction->setEnabled(hasSelection());
  QAction* allAction =
      menu.addAction(tr("Select &all"), QKeySequence(QKeySequence::SelectAll), this, &TextView::selectAll);
  allAction->setEnabled(rowCount() > 0);
  menu.addAction(tr("&Find"), QKeySequence(QKeySequence::Find), this, &TextView::findRequested);
  if (canFold()) {
    menu.addSeparator();
    menu.addAction(tr("Fold all"), this, &TextView::foldAll);
    menu.addAction(tr("Unfold all"), this, &TextView::unfoldAll);
  }
  menu.exec(event->globalPos());
}

}  // namespace sluice::gui
