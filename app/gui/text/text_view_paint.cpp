// How a TextView looks.
#include <QPainter>
#include <QPainterPath>
#include <QScrollBar>
#include <algorithm>
#include <cmath>

#include "app/gui/look/colors.h"
#include "app/gui/text/text_metrics.h"
#include "app/gui/text/text_view.h"

namespace sluice::gui {
namespace {

constexpr int kGutterGap = 10;
constexpr int kFoldWidth = 14;

QColor colorOf(TextStyle style, const Colors& colors) {
  switch (style) {
    case TextStyle::Name: return colors.redirect;
    case TextStyle::Muted: return colors.muted;
    case TextStyle::Text: return colors.good;
    case TextStyle::Number: return colors.warning;
    case TextStyle::Keyword: return colors.tunnel;
    case TextStyle::Plain:
    case TextStyle::Strong: break;
  }
  return colors.text;
}

}  // namespace

int TextView::rowHeight() const { return std::max(1, QFontMetrics(font()).height() + 2); }

int TextView::gutterWidth() const {
  if (index_ == nullptr || !index_->document()->hasLineNumbers()) return 0;
  const auto digits = std::max<qsizetype>(3, QString::number(index_->lineCount()).size());
  const int fold = index_->document()->canFold() ? kFoldWidth : 0;
  return int(std::ceil(double(digits) * columnWidth(*this))) + kGutterGap + fold;
}

int TextView::indentWidth(const Row& row) const {
  const auto indent = std::min<qsizetype>(row.line.indent, index_->layout().columns / 2);
  return int(std::round(double(indent) * columnWidth(*this)));
}

void TextView::paintEvent(QPaintEvent* event) {
  QPainter painter(viewport());
  if (gutterWidth() > 0) {
    const QRect gutter(0, 0, kTextMargin / 2 + gutterWidth() - horizontalScrollBar()->value(), height());
    painter.fillRect(gutter & event->rect(), colorsOf(palette()).alternateBase);
  }
  const qint64 first = verticalScrollBar()->value();
  const qint64 count = viewport()->height() / rowHeight() + 2;
  for (qint64 i = first; i < std::min(rowCount(), first + count); ++i) {
    paintRow(painter, index_->row(i), kTextMargin / 2 + int(i - first) * rowHeight());
  }
}

void TextView::paintRow(QPainter& painter, const Row& row, int y) const {
  const int x = kTextMargin + gutterWidth() + indentWidth(row) - horizontalScrollBar()->value();
  if (gutterWidth() > 0 && row.beginsLine) paintGutter(painter, row, y);
  painter.setPen(palette().color(QPalette::Text));
  layoutOf(row)->draw(&painter, QPointF(x, y), marksOf(row));
}

void TextView::paintGutter(QPainter& painter, const Row& row, int y) const {
  const Colors& colors = colorsOf(palette());
  const int fold = index_->document()->canFold() ? kFoldWidth : 0;
  const int right = kTextMargin + gutterWidth() - kGutterGap - fold - horizontalScrollBar()->value();
  painter.setPen(colors.faint);
  painter.drawText(QRect(right - gutterWidth(), y, gutterWidth(), rowHeight()), Qt::AlignRight | Qt::AlignVCenter,
                   QString::number(row.line.begin.line + 1));
  if (row.line.fold == Line::Fold::None) return;
  // A triangle: to the right when it is closed, down when it is open.
  const double side = 4;
  QPainterPath triangle;
  triangle.moveTo(-side / 2, -side);
  triangle.lineTo(side / 2 + 1, 0);
  triangle.lineTo(-side / 2, side);
  triangle.closeSubpath();
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.translate(right + fold / 2.0 + 3, y + rowHeight() / 2.0);
  if (row.line.fold == Line::Fold::Open) painter.rotate(90);
  painter.setPen(Qt::NoPen);
  painter.setBrush(row.line.fold == Line::Fold::Open ? colors.faint : colors.accent);
  painter.drawPath(triangle);
  painter.restore();
}

std::unique_ptr<QTextLayout> TextView::layoutOf(const Row& row) const {
  auto layout = std::make_unique<QTextLayout>(row.text().toString(), font());
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

QList<QTextLayout::FormatRange> TextView::formatsOf(const Row& row) const {
  const Colors& colors = colorsOf(palette());
  QList<QTextLayout::FormatRange> formats;
  for (const StyledRange& range : row.built->styles) {
    const int start = std::max(range.start - row.start, 0);
    const int end = std::min(range.start + range.length - row.start, row.length);
    if (end <= start || range.style == TextStyle::Plain) continue;
    QTextLayout::FormatRange format{start, end - start, {}};
    if (range.style == TextStyle::Strong) {
      format.format.setFontWeight(QFont::DemiBold);
    } else {
      format.format.setForeground(colorOf(range.style, colors));
    }
    formats.append(format);
  }
  return formats;
}

// What lies over the text: the hits of a search, then the selection.
QList<QTextLayout::FormatRange> TextView::marksOf(const Row& row) const {
  QList<QTextLayout::FormatRange> marks;
  const auto& hits = search_.hits();
  if (!hits.empty()) {
    auto hit = std::lower_bound(hits.begin(), hits.end(), row.line.from - search_.hitBytes());
    for (int column = 0; column < row.length && hit != hits.end(); ++column) {
      if (row.built->byteOf[std::size_t(row.start + column)] < 0) continue;
      const qint64 byte = row.byteOf(column);
      // In a hex dump the bytes come twice.
      if (byte < row.line.from || (hit != hits.begin() && byte < *(hit - 1) + search_.hitBytes())) {
        hit = std::lower_bound(hits.begin(), hits.end(), byte - search_.hitBytes() + 1);
      }
      while (hit != hits.end() && *hit + search_.hitBytes() <= byte) ++hit;
      if (hit == hits.end() || byte < *hit) continue;
      QTextLayout::FormatRange mark{column, 1, {}};
      mark.format.setBackground(colorsOf(palette()).hit);
      marks.append(mark);
    }
  }
  const auto [from, to] = std::minmax(anchor_, caret_);
  if (from == to || row.index < from.row || row.index > to.row) return marks;
  QTextLayout::FormatRange range;
  range.start = row.index == from.row ? int(from.column) : 0;
  range.length = (row.index == to.row ? int(to.column) : row.length) - range.start;
  range.format.setBackground(palette().highlight());
  range.format.setForeground(palette().highlightedText());
  if (range.length > 0) marks.append(range);
  return marks;
}

}  // namespace sluice::gui
