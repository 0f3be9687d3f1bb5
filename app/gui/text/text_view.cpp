#include "app/gui/text/text_view.h"

#include <QAction>
#include <QClipboard>
#include <QContextMenuEvent>
#include <QFontDatabase>
#include <QGuiApplication>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "app/gui/look/colors.h"

namespace sluice::gui {
namespace {
constexpr int kMargin = 12;
constexpr int kGutterGap = 10;
constexpr int kDragScrollMs = 30;
// More than anybody pastes on purpose; keeps a slip of the finger from filling the clipboard.
constexpr qsizetype kCopyCharactersMax = 16 * 1024 * 1024;

double columnWidth(const QWidget& widget) { return QFontMetricsF(widget.font()).horizontalAdvance(u'0'); }
}  // namespace

TextView::TextView(QWidget* parent) : QAbstractScrollArea(parent) {
  setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
  setFocusPolicy(Qt::StrongFocus);
  setFrameShape(QFrame::NoFrame);
  viewport()->setCursor(Qt::IBeamCursor);
  viewport()->setBackgroundRole(QPalette::Base);
  viewport()->setAutoFillBackground(true);
  // A captured text says nothing about how our own window runs: rows always begin at the left.
  setLayoutDirection(Qt::LeftToRight);
}

void TextView::setDocument(DocumentPtr document, Keep keep) {
  QScrollBar* bar = verticalScrollBar();
  const bool atEnd = bar->maximum() > 0 && bar->value() == bar->maximum();
  document_ = std::move(document);
  wrapColumns_ = 0;
  wrapLines();
  if (keep == Keep::Top) {
    anchor_ = caret_ = {};
    bar->setValue(0);
    horizontalScrollBar()->setValue(0);
  } else if (atEnd) {
    bar->setValue(bar->maximum());  // who reads the end of a stream goes on reading its end
  }
  if (document_ == nullptr || std::max(anchor_, caret_).line >= document_->lineCount()) anchor_ = caret_ = {};
  viewport()->update();
}

// --- rows -------------------------------------------------------------------------------------------------------

qsizetype TextView::rowCount() const {
  if (document_ == nullptr) return 0;
  return rows_.empty() ? document_->lineCount() : qsizetype(rows_.size());
}

TextRow TextView::rowAt(qsizetype index) const {
  if (!rows_.empty()) return rows_[std::size_t(index)];
  return {qint32(index), 0, qint32(document_->lineLength(index))};
}

void TextView::wrapLines() {
  const auto room = viewport()->width() - gutterWidth() - 2 * kMargin;
  const auto columns = std::max<qsizetype>(20, qsizetype(room / columnWidth(*this)));
  if (columns != wrapColumns_) {
    wrapColumns_ = columns;
    rows_ = document_ == nullptr ? std::vector<TextRow>() : document_->wrap(columns);
  }
  updateScrollBars();
}

void TextView::updateScrollBars() {
  const int page = std::max(1, (viewport()->height() - kMargin) / rowHeight());
  verticalScrollBar()->setPageStep(page);
  verticalScrollBar()->setRange(0, int(std::max<qsizetype>(0, rowCount() - page)));
  qsizetype widest = 0;
  if (rows_.empty() && rowCount() > 0) widest = document_->lineLength(0);  // without wrapping all lines are alike
  const int need = int(std::ceil(double(widest) * columnWidth(*this))) + gutterWidth() + 2 * kMargin;
  horizontalScrollBar()->setPageStep(viewport()->width());
  horizontalScrollBar()->setSingleStep(int(columnWidth(*this)) * 4);
  horizontalScrollBar()->setRange(0, std::max(0, need - viewport()->width()));
}

int TextView::gutterWidth() const {
  if (document_ == nullptr || !document_->hasLineNumbers()) return 0;
  const auto digits = std::max<qsizetype>(3, QString::number(document_->lineCount()).size());
  return int(std::ceil(double(digits) * columnWidth(*this))) + kGutterGap;
}

int TextView::rowHeight() const { return std::max(1, QFontMetrics(font()).height() + 2); }

int TextView::heightForAllRows() const { return int(std::min<qsizetype>(rowCount(), 10'000)) * rowHeight() + kMargin; }

// --- painting ---------------------------------------------------------------------------------------------------

void TextView::paintEvent(QPaintEvent* event) {
  QPainter painter(viewport());
  if (gutterWidth() > 0) {
    const QRect gutter(0, 0, kMargin / 2 + gutterWidth() - horizontalScrollBar()->value(), height());
    painter.fillRect(gutter & event->rect(), colorsOf(palette()).alternateBase);
  }
  const auto first = qsizetype(verticalScrollBar()->value());
  const auto count = viewport()->height() / rowHeight() + 2;
  for (qsizetype i = first; i < std::min(rowCount(), first + count); ++i) {
    paintRow(painter, i, kMargin / 2 + int(i - first) * rowHeight());
  }
}

void TextView::paintRow(QPainter& painter, qsizetype index, int y) const {
  const TextRow row = rowAt(index);
  const int x = kMargin + gutterWidth() - horizontalScrollBar()->value();
  if (gutterWidth() > 0 && row.start == 0) paintLineNumber(painter, row, y);

  const auto layout = layoutOf(row);
  QList<QTextLayout::FormatRange> selections;
  const auto [from, to] = std::minmax(anchor_, caret_);
  const Position rowFrom{row.line, row.start}, rowTo{row.line, row.start + row.length};
  if (from < to && from <= rowTo && to >= rowFrom) {
    QTextLayout::FormatRange range;
    range.start = int(std::max(from, rowFrom).column - row.start);
    range.length = int(std::min(to, rowTo).column - row.start) - range.start;
    range.format.setBackground(palette().highlight());
    range.format.setForeground(palette().highlightedText());
    if (range.length > 0) selections.append(range);
  }
  painter.setPen(palette().color(QPalette::Text));
  layout->draw(&painter, QPointF(x, y), selections);
}

void TextView::paintLineNumber(QPainter& painter, const TextRow& row, int y) const {
  const int right = kMargin + gutterWidth() - kGutterGap - horizontalScrollBar()->value();
  painter.setPen(colorsOf(palette()).faint);
  painter.drawText(QRect(right - gutterWidth(), y, gutterWidth(), rowHeight()), Qt::AlignRight | Qt::AlignVCenter,
                   QString::number(row.line + 1));
}

std::unique_ptr<QTextLayout> TextView::layoutOf(const TextRow& row) const {
  auto layout = std::make_unique<QTextLayout>(document_->line(row.line).mid(row.start, row.length), font());
  QTextOption option;
  option.setWrapMode(QTextOption::NoWrap);
  option.setTextDirection(Qt::LeftToRight);
  option.setTabStopDistance(columnWidth(*this) * kTabColumns);
  layout->setTextOption(option);
  layout->setFormats(formatsOf(row));
  layout->beginLayout();
  layout->createLine();
  layout->endLayout();
  return layout;
}

QList<QTextLayout::FormatRange> TextView::formatsOf(const TextRow& row) const {
  const Colors& colors = colorsOf(palette());
  QList<QTextLayout::FormatRange> formats;
  for (const StyledRange& range : document_->styles(row.line)) {
    const int start = std::max(range.start - row.start, 0);
    const int end = std::min(range.start + range.length - row.start, row.length);
    if (end <= start) continue;
    QTextLayout::FormatRange format{start, end - start, {}};
    switch (range.style) {
      case TextStyle::Plain: break;
      case TextStyle::Name: format.format.setForeground(colors.redirect); break;
      case TextStyle::Muted: format.format.setForeground(colors.faint); break;
      case TextStyle::Strong: format.format.setFontWeight(QFont::DemiBold); break;
    }
    formats.append(format);
  }
  return formats;
}

// --- selection --------------------------------------------------------------------------------------------------

TextView::Position TextView::positionAt(QPoint point) const {
  if (rowCount() == 0) return {};
  const auto index =
      qsizetype(verticalScrollBar()->value()) + qsizetype(std::floor(double(point.y() - kMargin / 2) / rowHeight()));
  if (index < 0) return {};
  if (index >= rowCount()) return {document_->lineCount() - 1, document_->lineLength(document_->lineCount() - 1)};
  const TextRow row = rowAt(index);
  const double x = point.x() - (kMargin + gutterWidth() - horizontalScrollBar()->value());
  return {row.line, row.start + layoutOf(row)->lineAt(0).xToCursor(x)};
}

qsizetype TextView::rowOf(Position position) const {
  if (rows_.empty()) return position.line;
  const auto after = std::upper_bound(rows_.begin(), rows_.end(), position, [](const Position& at, const TextRow& row) {
    return at < Position{row.line, row.start};
  });
  return std::max<qsizetype>(0, after - rows_.begin() - 1);
}

QString TextView::selectedText() const {
  QString text;
  if (document_ == nullptr) return text;
  const auto [from, to] = std::minmax(anchor_, caret_);
  for (qsizetype i = from.line; i <= to.line && i < document_->lineCount() && text.size() < kCopyCharactersMax; ++i) {
    const auto start = i == from.line ? from.column : 0;
    const auto end = i == to.line ? to.column : document_->lineLength(i);
    text += document_->line(i).mid(start, end - start);
    if (i < to.line) text += u'\n';
  }
  return text;
}

void TextView::copy() {
  if (hasSelection()) QGuiApplication::clipboard()->setText(selectedText());
}

void TextView::selectAll() {
  if (rowCount() == 0) return;
  anchor_ = {};
  caret_ = {document_->lineCount() - 1, document_->lineLength(document_->lineCount() - 1)};
  viewport()->update();
}

void TextView::moveCaret(Position to, bool keepAnchor) {
  caret_ = to;
  if (!keepAnchor) anchor_ = to;
  ensureCaretVisible();
  viewport()->update();
}

void TextView::moveCaretByRows(qsizetype rows) {
  const auto from = rowOf(caret_);
  const TextRow target = rowAt(std::clamp<qsizetype>(from + rows, 0, rowCount() - 1));
  const auto offset = caret_.column - rowAt(from).start;
  moveCaret({target.line, target.start + std::min<qsizetype>(offset, target.length)}, true);
}

TextView::Position TextView::stepped(Position from, int columns) const {
  from.column += columns;
  if (from.column < 0) {
    if (from.line == 0) return {};
    return {from.line - 1, document_->lineLength(from.line - 1)};
  }
  if (from.column <= document_->lineLength(from.line)) return from;
  if (from.line + 1 >= document_->lineCount()) return {from.line, document_->lineLength(from.line)};
  return {from.line + 1, 0};
}

void TextView::ensureCaretVisible() {
  const auto row = int(rowOf(caret_));
  QScrollBar* bar = verticalScrollBar();
  if (row < bar->value()) bar->setValue(row);
  if (row >= bar->value() + bar->pageStep()) bar->setValue(row - bar->pageStep() + 1);
}

// --- events -----------------------------------------------------------------------------------------------------

void TextView::resizeEvent(QResizeEvent*) {
  // The line at the top stays at the top while the rows are cut anew.
  const Position top = rowCount() > 0 ? [this] {
    const TextRow row = rowAt(std::min<qsizetype>(verticalScrollBar()->value(), rowCount() - 1));
    return Position{row.line, row.start};
  }() : Position{};
  wrapLines();
  if (rowCount() > 0) verticalScrollBar()->setValue(int(rowOf(top)));
}

void TextView::changeEvent(QEvent* event) {
  QAbstractScrollArea::changeEvent(event);
  if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
    wrapColumns_ = 0;
    wrapLines();
  }
}

void TextView::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) return copy();
  if (event->matches(QKeySequence::SelectAll)) return selectAll();
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
  if (event->matches(QKeySequence::SelectStartOfLine)) return moveCaret({caret_.line, 0}, true), true;
  if (event->matches(QKeySequence::SelectEndOfLine)) {
    return moveCaret({caret_.line, document_->lineLength(caret_.line)}, true), true;
  }
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
  if (event->button() != Qt::LeftButton || rowCount() == 0) return;
  moveCaret(positionAt(event->position().toPoint()), event->modifiers().testFlag(Qt::ShiftModifier));
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
  if (hasSelection() && clipboard->supportsSelection()) clipboard->setText(selectedText(), QClipboard::Selection);
}

void TextView::mouseDoubleClickEvent(QMouseEvent* event) {
  if (rowCount() == 0) return;
  const Position at = positionAt(event->position().toPoint());
  const QString line = document_->line(at.line);
  const auto inWord = [&](qsizetype i) { return line[i].isLetterOrNumber() || line[i] == u'_' || line[i] == u'-'; };
  qsizetype from = at.column, to = at.column;
  while (from > 0 && inWord(from - 1)) --from;
  while (to < line.size() && inWord(to)) ++to;
  anchor_ = {at.line, from};
  caret_ = {at.line, to};
  viewport()->update();
}

void TextView::contextMenuEvent(QContextMenuEvent* event) {
  QMenu menu(this);
  QAction* copyAction = menu.addAction(tr("&Copy"), QKeySequence(QKeySequence::Copy), this, &TextView::copy);
  copyAction->setEnabled(hasSelection());
  QAction* allAction =
      menu.addAction(tr("Select &all"), QKeySequence(QKeySequence::SelectAll), this, &TextView::selectAll);
  allAction->setEnabled(rowCount() > 0);
  menu.exec(event->globalPos());
}

}  // namespace sluice::gui
