#include "app/gui/text/document.h"

#include <algorithm>

namespace sluice::gui {
namespace {
constexpr qsizetype kBytesPerLine = 16;
constexpr int kOffsetDigits = 8;
constexpr int kHexColumn = kOffsetDigits + 2;
// "47 45 54 20  68 74 ..." : three characters a byte, one more in the middle.
constexpr int kTextColumn = kHexColumn + int(kBytesPerLine) * 3 + 2;

QChar printable(char byte) {
  const auto c = static_cast<unsigned char>(byte);
  return c >= 0x20 && c < 0x7f ? QChar(c) : QChar(u'·');
}

// East Asian wide characters take two columns of a fixed-width font.
int columnsOf(char32_t c, qsizetype column) {
  if (c == '\t') return kTabColumns - int(column % kTabColumns);
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
                    (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
  return wide ? 2 : 1;
}
}  // namespace

PlainDocument::PlainDocument(QString text) : text_(std::move(text)) {
  lineStarts_.push_back(0);
  for (qsizetype at = text_.indexOf(u'\n'); at >= 0; at = text_.indexOf(u'\n', at + 1)) lineStarts_.push_back(at + 1);
  // The last line counts unless it is empty; its line feed is as good as there.
  if (lineStarts_.back() < text_.size()) lineStarts_.push_back(text_.size() + 1);
}

QString PlainDocument::line(qsizetype index) const {
  return text_.mid(lineStarts_[std::size_t(index)], lineLength(index));
}

qsizetype PlainDocument::lineLength(qsizetype index) const {
  return lineStarts_[std::size_t(index) + 1] - 1 - lineStarts_[std::size_t(index)];
}

std::vector<TextRow> PlainDocument::wrap(qsizetype columns) const {
  std::vector<TextRow> rows;
  rows.reserve(lineStarts_.size() + std::size_t(text_.size() / columns));
  for (qsizetype i = 0; i < lineCount(); ++i) wrapLine(i, columns, rows);
  return rows;
}

void PlainDocument::wrapLine(qsizetype index, qsizetype columns, std::vector<TextRow>& rows) const {
  const auto first = lineStarts_[std::size_t(index)];
  const auto length = lineLength(index);
  qsizetype start = 0, column = 0;
  for (qsizetype i = 0; i < length; ++i) {
    const QChar unit = text_[first + i];
    const bool pair = unit.isHighSurrogate() && i + 1 < length;
    const int width = columnsOf(pair ? QChar::surrogateToUcs4(unit, text_[first + i + 1]) : unit.unicode(), column);
    if (column + width > columns && i > start) {
      rows.push_back({qint32(index), qint32(start), qint32(i - start)});
      start = i;
      column = 0;
    }
    column += width;
    if (pair) ++i;
  }
  rows.push_back({qint32(index), qint32(start), qint32(length - start)});
}

std::vector<StyledRange> HeadDocument::styles(qsizetype index) const {
  const QString text = line(index);
  if (index == 0) return {{0, int(text.size()), TextStyle::Strong}};
  const auto colon = int(text.indexOf(u':'));
  if (colon <= 0) return {};
  return {{0, colon, TextStyle::Name}, {colon, 1, TextStyle::Muted}};
}

qsizetype HexDocument::lineCount() const { return (bytes_.size() + kBytesPerLine - 1) / kBytesPerLine; }

QString HexDocument::line(qsizetype index) const {
  const auto offset = index * kBytesPerLine;
  const auto count = std::min(kBytesPerLine, bytes_.size() - offset);
  QString text = QString::number(offset, 16).rightJustified(kOffsetDigits, u'0');
  text.resize(kTextColumn, u' ');
  for (qsizetype i = 0; i < count; ++i) {
    const auto byte = static_cast<unsigned char>(bytes_[offset + i]);
    const auto column = kHexColumn + i * 3 + (i >= kBytesPerLine / 2 ? 1 : 0);
    text[column] = QChar(u"0123456789abcdef"[byte >> 4]);
    text[column + 1] = QChar(u"0123456789abcdef"[byte & 15]);
  }
  for (qsizetype i = 0; i < count; ++i) text += printable(bytes_[offset + i]);
  return text;
}

qsizetype HexDocument::lineLength(qsizetype index) const {
  return kTextColumn + std::min(kBytesPerLine, bytes_.size() - index * kBytesPerLine);
}

std::vector<StyledRange> HexDocument::styles(qsizetype index) const {
  return {{0, kOffsetDigits, TextStyle::Muted}, {kTextColumn, int(lineLength(index)) - kTextColumn, TextStyle::Name}};
}

}  // namespace sluice::gui
