#include "app/gui/text/row_index.h"

#include <algorithm>

#include "app/gui/text/line_builder.h"

namespace sluice::gui {
namespace {

constexpr qint64 kRowsBetweenMarks = 100;

qint64 rowsOf(const Document& document, const Line& line, const Layout& layout) {
  if (document.fixedColumns() > 0) return 1;
  const auto columns = columnsFor(line, layout);
  if (line.columns >= 0) return std::max<qint64>(1, (line.columns + columns - 1) / columns);
  return qint64(rowStarts(document.build(line).text, columns).size());
}

}  // namespace

qsizetype columnsFor(const Line& line, const Layout& layout) {
  return std::max<qsizetype>(10, layout.columns - std::min<qsizetype>(line.indent, layout.columns / 2));
}

Walked RowWalk::step(qint64 bytes) {
  Walked walked;
  const qint64 until = place_.at + bytes;
  while (place_.at < until) {
    const auto line = document_->lineAt(place_, layout_);
    if (!line) {
      walked.whole = true;
      break;
    }
    if (marked_ < 0 || row_ >= marked_ + kRowsBetweenMarks) {
      walked.marks.push_back({row_, place_});
      marked_ = row_;
    }
    row_ += rowsOf(*document_, *line, layout_);
    place_ = line->next;
  }
  walked.rows = row_;
  walked.lines = place_.continues ? place_.line + 1 : place_.line;
  walked.bytes = std::min<qint64>(place_.at, document_->bytes().size());
  return walked;
}

// A line is judged by the bytes of one piece and a little more: what lies further from the old end stays as it is.
RowMark RowIndex::takeUnchanged(const RowIndex& before) {
  const qint64 settled = before.walkedBytes() - 2 * kPieceBytesMax;
  for (const RowMark& mark : before.marks_) {
    if (mark.place.at > settled) break;
    marks_.push_back(mark);
  }
  if (marks_.empty()) return {};
  const RowMark from = marks_.back();
  marks_.pop_back();  // the walk finds it again
  rows_ = from.row;
  return from;
}

void RowIndex::take(const Walked& walked) {
  marks_.insert(marks_.end(), walked.marks.begin(), walked.marks.end());
  rows_ = walked.rows;
  lines_ = walked.lines;
  bytes_ = walked.bytes;
  whole_ = walked.whole;
}

void RowIndex::open(Line line, qint64 firstRow) const {
  built_ = document_->build(line);
  starts_ = document_->fixedColumns() > 0 ? std::vector<qint32>{0} : rowStarts(built_.text, columnsFor(line, layout_));
  row_.line = std::move(line);
  firstRow_ = firstRow;
}

const Row& RowIndex::row(qint64 index) const {
  const bool near = firstRow_ >= 0 && index >= firstRow_ && index <= firstRow_ + qint64(starts_.size());
  qint64 first = firstRow_;
  Line line = row_.line;
  if (!near) {
    const auto after = std::upper_bound(marks_.begin(), marks_.end(), index,
                                        [](qint64 row, const RowMark& mark) { return row < mark.row; });
    const RowMark& mark = *(after - 1);
    first = mark.row;
    line = *document_->lineAt(mark.place, layout_);
  }
  if (!near || index >= first + qint64(starts_.size())) {
    qint64 rows = near ? qint64(starts_.size()) : rowsOf(*document_, line, layout_);
    while (index >= first + rows) {
      const auto next = document_->lineAt(line.next, layout_);
      if (!next) break;
      first += rows;
      line = *next;
      rows = rowsOf(*document_, line, layout_);
    }
    open(std::move(line), first);
  }
  const auto part = std::min<std::size_t>(std::size_t(index - firstRow_), starts_.size() - 1);
  row_.index = index;
  row_.built = &built_;
  row_.start = starts_[part];
  row_.length = (part + 1 < starts_.size() ? starts_[part + 1] : qint32(built_.text.size())) - row_.start;
  row_.beginsLine = part == 0 && !row_.line.begin.continues;
  return row_;
}

qint64 RowIndex::rowAtByte(qint64 byte) const {
  const auto after = std::upper_bound(marks_.begin(), marks_.end(), byte,
                                      [](qint64 at, const RowMark& mark) { return at < mark.place.at; });
  const RowMark mark = after == marks_.begin() ? marks_.front() : *(after - 1);
  qint64 first = mark.row;
  auto line = document_->lineAt(mark.place, layout_);
  while (line && line->next.at <= byte) {
    const qint64 rows = rowsOf(*document_, *line, layout_);
    if (first + rows >= rows_) break;
    auto next = document_->lineAt(line->next, layout_);
    if (!next) break;
    first += rows;
    line = std::move(next);
  }
  if (!line || document_->fixedColumns() > 0) return first;
  open(std::move(*line), first);
  const auto relative = qint32(std::clamp<qint64>(byte - row_.line.from, 0, row_.line.to - row_.line.from));
  const auto character = std::lower_bound(built_.byteOf.begin(), built_.byteOf.end(), relative) - built_.byteOf.begin();
  const auto part = std::upper_bound(starts_.begin(), starts_.end(), qint32(character)) - starts_.begin() - 1;
  return std::min<qint64>(rows_ - 1, first + std::max<qint64>(0, part));
}

}  // namespace sluice::gui
