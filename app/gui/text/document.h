// What a TextView shows: numbered lines, made when they are painted. Documents never change once made; they are built
// on a worker thread and read on the GUI thread.
#pragma once

#include <QByteArray>
#include <QString>
#include <memory>
#include <vector>

namespace sluice::gui {

// How a part of a line is to look; the view picks the colours.
enum class TextStyle { Plain, Name, Muted, Strong };

struct StyledRange {
  int start = 0;
  int length = 0;
  TextStyle style = TextStyle::Plain;
};

// A row of a view: a whole line, or a part of one that was too long.
struct TextRow {
  qint32 line = 0;
  qint32 start = 0;
  qint32 length = 0;
};

inline constexpr int kTabColumns = 4;

class Document {
 public:
  virtual ~Document() = default;
  virtual qsizetype lineCount() const = 0;
  // REQUIRES: 0 <= index < lineCount(). The line without its line feed, safe to show.
  virtual QString line(qsizetype index) const = 0;
  // Characters of that line, without building it.
  virtual qsizetype lineLength(qsizetype index) const = 0;
  virtual std::vector<StyledRange> styles(qsizetype index) const = 0;
  // The rows for a view `columns` wide. Empty: each line is one row, however long.
  virtual std::vector<TextRow> wrap(qsizetype columns) const = 0;
  virtual bool hasLineNumbers() const = 0;
};
using DocumentPtr = std::shared_ptr<const Document>;

// Plain text. `text` has been through visible(): nothing in it is a control character except tab and line feed.
class PlainDocument : public Document {
 public:
  explicit PlainDocument(QString text);
  qsizetype lineCount() const override { return qsizetype(lineStarts_.size()) - 1; }
  QString line(qsizetype index) const override;
  qsizetype lineLength(qsizetype index) const override;
  std::vector<StyledRange> styles(qsizetype) const override { return {}; }
  std::vector<TextRow> wrap(qsizetype columns) const override;
  bool hasLineNumbers() const override { return true; }

 private:
  void wrapLine(qsizetype index, qsizetype columns, std::vector<TextRow>& rows) const;

  QString text_;
  std::vector<qsizetype> lineStarts_;  // one more than lines: the last is where a further line would start
};

// A message head: the first line stands out, names are told from values.
class HeadDocument : public PlainDocument {
 public:
  using PlainDocument::PlainDocument;
  std::vector<StyledRange> styles(qsizetype index) const override;
  bool hasLineNumbers() const override { return false; }
};

// Sixteen bytes a line: offset, hexadecimal, printable ASCII.
class HexDocument : public Document {
 public:
  explicit HexDocument(QByteArray bytes) : bytes_(std::move(bytes)) {}
  qsizetype lineCount() const override;
  QString line(qsizetype index) const override;
  qsizetype lineLength(qsizetype index) const override;
  std::vector<StyledRange> styles(qsizetype index) const override;
  std::vector<TextRow> wrap(qsizetype) const override { return {}; }
  bool hasLineNumbers() const override { return false; }

 private:
  QByteArray bytes_;
};

}  // namespace sluice::gui
