#include "app/gui/text/document.h"

#include <algorithm>
#include <cstring>

#include "app/gui/text/line_builder.h"

namespace sluice::gui {
namespace {

constexpr qint64 kBytesPerLine = 16;
constexpr int kOffsetDigits = 8;
constexpr int kHexColumn = kOffsetDigits + 2;
// "47 45 54 20  68 74 ..." : three characters a byte, one more in the middle.
constexpr int kTextColumn = kHexColumn + int(kBytesPerLine) * 3 + 2;

QChar printable(unsigned char c) { return c >= 0x20 && c < 0x7f ? QChar(c) : QChar(u'·'); }

int hexColumn(qint64 byte) { return kHexColumn + int(byte) * 3 + (byte >= kBytesPerLine / 2 ? 1 : 0); }

// Whether each of the eight bytes is a printable ASCII character: none below 0x20, none above 0x7e.
bool isPrintable(quint64 eight) {
  constexpr quint64 kOnes = 0x0101010101010101, kHigh = 0x8080808080808080;
  const quint64 below = (eight - kOnes * 0x20) & ~eight & kHigh;
  const quint64 del = eight ^ (kOnes * 0x7f);
  const quint64 isDel = (del - kOnes) & ~del & kHigh;
  return ((eight & kHigh) | below | isDel) == 0;
}

}  // namespace

qint32 asciiColumns(QByteArrayView bytes) {
  qsizetype i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    quint64 eight;
    std::memcpy(&eight, bytes.data() + i, 8);
    if (!isPrintable(eight)) return -1;
  }
  for (; i < bytes.size(); ++i) {
    const auto c = static_cast<unsigned char>(bytes[i]);
    if (c < 0x20 || c >= 0x7f) return -1;
  }
  return qint32(bytes.size());
}

bool Document::isAt(qint64 at, const char* text) const {
  const auto length = qint64(std::strlen(text));
  return at + length <= size() && std::memcmp(bytes_.constData() + at, text, std::size_t(length)) == 0;
}

qint64 Document::skipSpace(qint64 at) const {
  while (at < size() && (byteAt(at) <= ' ') &&
         (byteAt(at) == ' ' || byteAt(at) == '\n' || byteAt(at) == '\r' || byteAt(at) == '\t' || byteAt(at) == '\f')) {
    ++at;
  }
  return at;
}

qint64 Document::pieceEnd(qint64 from, qsizetype rowColumns) const {
  if (size() - from <= kPieceBytesMax) return size();
  const qint64 whole = std::max<qint64>(1, kPieceBytesMax / std::max<qint64>(1, rowColumns)) * rowColumns;
  if (asciiColumns(QByteArrayView(bytes_).sliced(from, std::min(whole, size() - from))) >= 0) return from + whole;
  qint64 end = from + kPieceBytesMax;
  // No character has more than three bytes after its first.
  for (int back = 0; back < 3 && (byteAt(end) & 0xc0) == 0x80; ++back) --end;
  return end;
}

std::optional<Line> PlainDocument::lineAt(const Place& place, const Layout& layout) const {
  if (place.at >= size()) return std::nullopt;
  const qint64 limit = std::min(size(), place.at + kPieceBytesMax);
  const auto* begin = bytes().constData() + place.at;
  const auto* feed = static_cast<const char*>(std::memchr(begin, '\n', std::size_t(limit - place.at)));
  Line line;
  line.begin = place;
  line.from = place.at;
  line.next = place;
  if (feed != nullptr) {
    line.to = place.at + (feed - begin);
    line.next.at = line.to + 1;
    if (line.to > line.from && byteAt(line.to - 1) == '\r') --line.to;
  } else {
    line.to = limit < size() ? pieceEnd(place.at, layout.columns) : size();
    line.next.at = line.to;
  }
  line.next.continues = feed == nullptr && line.to < size();
  line.next.line = line.next.continues ? place.line : place.line + 1;
  line.columns = asciiColumns(QByteArrayView(bytes()).sliced(line.from, line.to - line.from));
  return line;
}

BuiltLine PlainDocument::build(const Line& line) const {
  LineBuilder builder(bytes(), line.from);
  builder.add(line.from, line.to);
  return builder.take(line.to);
}

BuiltLine HeadDocument::build(const Line& line) const {
  BuiltLine built = PlainDocument::build(line);
  if (line.begin.line == 0) {
    built.styles = {{0, int(built.text.size()), TextStyle::Strong}};
  } else if (const auto colon = int(built.text.indexOf(u':')); colon > 0 && !line.begin.continues) {
    built.styles = {{0, colon, TextStyle::Name}, {colon, 1, TextStyle::Muted}};
  }
  return built;
}

std::optional<Line> HexDocument::lineAt(const Place& place, const Layout&) const {
  if (place.at >= size()) return std::nullopt;
  Line line;
  line.begin = place;
  line.from = place.at;
  line.to = std::min(size(), place.at + kBytesPerLine);
  line.columns = kTextColumn + qint32(line.to - line.from);
  line.next = {line.to, place.line + 1, 0, 0, false};
  return line;
}

BuiltLine HexDocument::build(const Line& line) const {
  const qint64 count = line.to - line.from;
  BuiltLine built;
  built.text = QString::number(line.from, 16).rightJustified(kOffsetDigits, u'0');
  built.text.resize(kTextColumn, u' ');
  built.byteOf.assign(std::size_t(kTextColumn), -1);
  for (qint64 i = 0; i < count; ++i) {
    const unsigned char byte = byteAt(line.from + i);
    const int column = hexColumn(i);
    built.text[column] = QChar(u"0123456789abcdef"[byte >> 4]);
    built.text[column + 1] = QChar(u"0123456789abcdef"[byte & 15]);
    built.byteOf[std::size_t(column)] = built.byteOf[std::size_t(column) + 1] = qint32(i);
  }
  for (qint64 i = 0; i < count; ++i) {
    built.text += printable(byteAt(line.from + i));
    built.byteOf.push_back(qint32(i));
  }
  built.byteOf.push_back(qint32(count));
  built.styles = {{0, kOffsetDigits, TextStyle::Muted}, {kTextColumn, int(count), TextStyle::Name}};
  return built;
}

qsizetype HexDocument::fixedColumns() const { return kTextColumn + kBytesPerLine; }

}  // namespace sluice::gui
