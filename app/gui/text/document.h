// What a TextView shows: bytes, and how they are cut into lines for reading. A line is found from the place where it
// begins, never from what lies before it, so that only what is on view is ever formatted, and a hundred megabytes cost
// no more than their bytes. Documents never change once made. Any thread.
#pragma once

#include <QByteArray>
#include <QString>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace sluice::gui {

// How a part of a line is to look; the view picks the colours.
enum class TextStyle { Plain, Name, Muted, Strong, Text, Number, Keyword };

struct StyledRange {
  int start = 0;
  int length = 0;
  TextStyle style = TextStyle::Plain;
};

inline constexpr int kTabColumns = 4;
// A longer line is shown in pieces, each laid out by itself.
inline constexpr qint64 kPieceBytesMax = 16 * 1024;

// Where a line begins.
struct Place {
  qint64 at = 0;           // byte
  qint64 line = 0;         // its number, counted from 0; all pieces of a line have the same
  qint32 depth = 0;        // of nesting
  quint32 state = 0;       // the document's own: what the place lies inside of
  bool continues = false;  // a further piece of a line
};

struct Line {
  enum class Fold { None, Open, Closed };  // of what begins on it

  Place begin;
  qint64 from = 0, to = 0;              // the bytes that are shown
  qint64 hiddenFrom = 0, hiddenTo = 0;  // of these, what a closed fold leaves out
  qint64 hiddenItems = 0;
  qint32 indent = 0;    // columns before the text
  qint32 columns = -1;  // of the text; -1: build() tells
  Fold fold = Fold::None;
  qint64 foldAt = 0;  // what names the fold: the byte that opens it
  Place next;
};

// The text of a line, safe to show.
struct BuiltLine {
  QString text;
  std::vector<qint32> byteOf;  // of each character and of the end: its byte, counted from Line::from
  std::vector<StyledRange> styles;
};

// What a fold hides: everything between the byte that opens it and the one that closes it.
struct Fold {
  qint64 end = 0;  // the closing byte, or the end of the text
  qint64 items = 0;
};
using FoldSet = std::map<qint64, Fold>;  // by the byte that opens it

struct Layout {
  qsizetype columns = 80;
  std::shared_ptr<const FoldSet> folded;  // null: nothing is

  const Fold* foldAt(qint64 opener) const {
    if (folded == nullptr) return nullptr;
    const auto found = folded->find(opener);
    return found == folded->end() ? nullptr : &found->second;
  }
};

class Document {
 public:
  explicit Document(QByteArray bytes) : bytes_(std::move(bytes)) {}
  virtual ~Document() = default;

  const QByteArray& bytes() const { return bytes_; }
  // The line that begins at `place`; none at the end. ENSURES: next.at > place.at.
  virtual std::optional<Line> lineAt(const Place& place, const Layout& layout) const = 0;
  virtual BuiltLine build(const Line& line) const = 0;
  virtual bool hasLineNumbers() const { return true; }
  // Columns that every line has, where long lines are not wrapped; 0: they are.
  virtual qsizetype fixedColumns() const { return 0; }
  virtual bool canFold() const { return false; }
  // What folding at this byte hides; reads on to the end of it. None where nothing opens.
  virtual std::optional<Fold> foldFrom(qint64) const { return std::nullopt; }

 protected:
  qint64 size() const { return bytes_.size(); }
  unsigned char byteAt(qint64 at) const { return static_cast<unsigned char>(bytes_[at]); }
  bool isAt(qint64 at, const char* text) const;
  // The first byte at or after `at` that is no white space; size() when there is none.
  qint64 skipSpace(qint64 at) const;
  // Where a piece that begins at `from` has to end at the latest: whole rows of ASCII, else between two characters.
  qint64 pieceEnd(qint64 from, qsizetype rowColumns) const;

 private:
  const QByteArray bytes_;
};
using DocumentPtr = std::shared_ptr<const Document>;

// Lines as they came.
class PlainDocument : public Document {
 public:
  using Document::Document;
  explicit PlainDocument(const QString& text) : Document(text.toUtf8()) {}
  std::optional<Line> lineAt(const Place& place, const Layout& layout) const override;
  BuiltLine build(const Line& line) const override;
};

// A message head: the first line stands out, names are told from values.
class HeadDocument : public PlainDocument {
 public:
  using PlainDocument::PlainDocument;
  BuiltLine build(const Line& line) const override;
  bool hasLineNumbers() const override { return false; }
};

// Sixteen bytes a line: offset, hexadecimal, printable ASCII.
class HexDocument : public Document {
 public:
  using Document::Document;
  std::optional<Line> lineAt(const Place& place, const Layout& layout) const override;
  BuiltLine build(const Line& line) const override;
  bool hasLineNumbers() const override { return false; }
  qsizetype fixedColumns() const override;
};

// Columns that these bytes take when each is a printable ASCII character; -1: they are not.
qint32 asciiColumns(QByteArrayView bytes);

}  // namespace sluice::gui
