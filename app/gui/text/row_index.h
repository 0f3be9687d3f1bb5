// Which line each row of a view shows. A walk through the document, in pieces and on any thread, finds every
// so-manieth row; the rows between are found again when they are asked for. 24 bytes or so for a hundred rows.
#pragma once

#include <vector>

#include "app/gui/text/document.h"

namespace sluice::gui {

struct RowMark {
  qint64 row = 0;  // the first of the line that begins at `place`
  Place place;
};

// What a walk has found since it was last asked.
struct Walked {
  std::vector<RowMark> marks;
  qint64 rows = 0;   // in all, so far
  qint64 lines = 0;  // likewise
  qint64 bytes = 0;  // likewise
  bool whole = false;
};

// A value: moves to the thread that walks.
class RowWalk {
 public:
  RowWalk(DocumentPtr document, Layout layout, RowMark from = {})
      : document_(std::move(document)), layout_(std::move(layout)), place_(from.place), row_(from.row) {}

  // Goes on for about `bytes`.
  Walked step(qint64 bytes);

 private:
  DocumentPtr document_;
  Layout layout_;
  Place place_;
  qint64 row_ = 0;
  qint64 marked_ = -1;  // the row of the last mark
};

// One row: a line, or a part of one that is too long.
struct Row {
  qint64 index = 0;
  Line line;
  const BuiltLine* built = nullptr;  // of the whole line
  qint32 start = 0;                  // characters of built->text
  qint32 length = 0;
  bool beginsLine = false;  // it carries the line's number

  QStringView text() const { return QStringView(built->text).mid(start, length); }
  // The byte of a character of this row, 0 <= column <= length.
  qint64 byteOf(qsizetype column) const { return line.from + built->byteOf[std::size_t(start + column)]; }
};

// One thread.
class RowIndex {
 public:
  RowIndex(DocumentPtr document, Layout layout) : document_(std::move(document)), layout_(std::move(layout)) {}

  // For a document that has grown at its end: what is known of it already, and where a walk has to go on.
  RowMark takeUnchanged(const RowIndex& before);
  void take(const Walked& walked);
  qint64 rowCount() const { return rows_; }
  qint64 lineCount() const { return lines_; }
  bool isWhole() const { return whole_; }
  qint64 walkedBytes() const { return bytes_; }
  const Layout& layout() const { return layout_; }
  const DocumentPtr& document() const { return document_; }

  // REQUIRES: 0 <= index < rowCount(). Good until the next call.
  const Row& row(qint64 index) const;
  // The row that shows this byte, or hides it. REQUIRES: rowCount() > 0.
  qint64 rowAtByte(qint64 byte) const;

 private:
  void open(Line line, qint64 firstRow) const;

  const DocumentPtr document_;
  const Layout layout_;
  std::vector<RowMark> marks_;
  qint64 rows_ = 0, lines_ = 0, bytes_ = 0;
  bool whole_ = false;
  // The line that was asked for last: the next row asked for is mostly of it, or of the one after it.
  mutable Row row_;
  mutable BuiltLine built_;
  mutable std::vector<qint32> starts_;
  mutable qint64 firstRow_ = -1;
};

// Columns that are left for the text of a line.
qsizetype columnsFor(const Line& line, const Layout& layout);

}  // namespace sluice::gui
