// Makes the text of one line from its bytes: UTF-8, with bytes that are none read as Latin-1 one by one, control and
// direction-changing characters made visible. Remembers the byte of each character. Any thread.
#pragma once

#include "app/gui/text/document.h"

namespace sluice::gui {

class LineBuilder {
 public:
  enum class Space { Keep, Collapse };  // Collapse: a run of white space is one space, none where a line begins

  // `line` names the bytes that byteOf counts from.
  LineBuilder(const QByteArray& bytes, qint64 lineFrom) : bytes_(bytes), lineFrom_(lineFrom) {}

  void add(qint64 from, qint64 to, Space space = Space::Keep);
  // Characters that no byte stands for; they belong to `at`.
  void insert(qint64 at, QStringView text);
  void style(qsizetype from, TextStyle style);  // from that character to the end of what there is

  qsizetype length() const { return line_.text.size(); }
  BuiltLine take(qint64 end);

 private:
  void addCharacter(qint64 at, char32_t character);

  const QByteArray& bytes_;
  const qint64 lineFrom_;
  BuiltLine line_;
};

// Where rows `columns` wide begin in `text`; the first is 0. Wide characters take two columns, tabs go to the next stop.
std::vector<qint32> rowStarts(const QString& text, qsizetype columns);

// The character of UTF-8 at `at`, and its bytes; a byte that is none is a character of Latin-1.
struct Decoded {
  char32_t character;
  int bytes;
};
Decoded decodeAt(QByteArrayView bytes, qint64 at);

}  // namespace sluice::gui
