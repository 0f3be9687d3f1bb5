#include "app/gui/text/pretty_json.h"

#include <QCoreApplication>
#include <algorithm>
#include <cstring>

#include "app/gui/text/line_builder.h"

namespace sluice::gui {
namespace {

constexpr int kIndent = 2;
constexpr qint64 kNowhere = -1;

bool isOpener(unsigned char c) { return c == '{' || c == '['; }
bool isCloser(unsigned char c) { return c == '}' || c == ']'; }
void countExtra(Line& line, qint32 columns) {
  if (line.columns >= 0) line.columns += columns;
}
bool isSpace(unsigned char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool endsBare(unsigned char c) { return isOpener(c) || isCloser(c) || isSpace(c) || c == ',' || c == ':' || c == '"'; }

// What lies between an opener and its closer.
Fold contentsOf(QByteArrayView bytes, qint64 opener) {
  Fold contents;
  qint64 depth = 0;
  bool inString = false, any = false;
  for (qint64 at = opener + 1; at < bytes.size(); ++at) {
    const auto c = static_cast<unsigned char>(bytes[at]);
    if (inString) {
      if (c == '\\') {
        ++at;
      } else if (c == '"') {
        inString = false;
      }
      continue;
    }
    if (isCloser(c) && depth == 0) {
      contents.end = at;
      contents.items += any ? 1 : 0;
      return contents;
    }
    any = any || !isSpace(c);
    inString = c == '"';
    if (isOpener(c)) ++depth;
    if (isCloser(c)) --depth;
    if (c == ',' && depth == 0) ++contents.items;
  }
  contents.end = bytes.size();
  contents.items += any ? 1 : 0;
  return contents;
}

}  // namespace

// One byte after the closing quote of the string whose first byte within is `at`; kNowhere when it is not before
// `limit`.
qint64 JsonDocument::stringEnd(qint64 at, qint64 limit) const {
  const char* data = bytes().constData();
  while (at < limit) {
    const auto* quote = static_cast<const char*>(std::memchr(data + at, '"', std::size_t(limit - at)));
    const auto* slash = static_cast<const char*>(std::memchr(
        data + at, '\\', std::size_t((quote != nullptr ? quote - data : limit) - at)));
    if (slash != nullptr) {
      at = slash - data + 2;
    } else if (quote != nullptr) {
      return quote - data + 1;
    } else {
      return kNowhere;
    }
  }
  return kNowhere;
}

qint64 JsonDocument::bareEnd(qint64 at, qint64 limit) const {
  const qint64 from = at;
  while (at < limit && !endsBare(byteAt(at))) ++at;
  return std::max(at, from + 1);
}

std::optional<Line> JsonDocument::lineAt(const Place& place, const Layout& layout) const {
  Line line;
  line.begin = place;
  line.from = place.state == kInString ? place.at : skipSpace(place.at);
  if (line.from >= size()) return std::nullopt;
  line.next = place;
  line.next.state = kBetween;
  line.next.continues = false;
  line.indent = place.depth * kIndent;
  line.columns = 0;
  if (place.state == kInString) {
    takeString(line, line.from, layout);
  } else if (isCloser(byteAt(line.from))) {
    line.next.depth = std::max(0, place.depth - 1);
    line.indent = line.next.depth * kIndent;
    line.to = line.from + 1;
    line.columns = 1;
    close(line);
  } else {
    takeMember(line, layout);
  }
  line.next.at = line.to;
  line.next.line = line.next.continues ? place.line : place.line + 1;
  return line;
}

// A key with its value, or a value alone.
void JsonDocument::takeMember(Line& line, const Layout& layout) const {
  const qint64 limit = std::min(size(), line.from + kPieceBytesMax);
  if (byteAt(line.from) != '"') return takeValue(line, line.from, layout);
  const qint64 keyEnd = stringEnd(line.from + 1, limit);
  if (keyEnd == kNowhere) return takeString(line, line.from + 1, layout);
  const qint64 colon = skipSpace(keyEnd);
  if (colon >= size() || byteAt(colon) != ':') {
    line.to = keyEnd;
    count(line, line.from, keyEnd);
    return close(line);
  }
  count(line, line.from, keyEnd);
  countExtra(line, 2);
  const qint64 value = skipSpace(colon + 1);
  if (value < size() && !isCloser(byteAt(value)) && byteAt(value) != ',') return takeValue(line, value, layout);
  countExtra(line, -1);  // no value, no space before it
  line.to = colon + 1;
  close(line);
}

void JsonDocument::takeValue(Line& line, qint64 at, const Layout& layout) const {
  const qint64 limit = std::min(size(), at + kPieceBytesMax);
  const unsigned char c = byteAt(at);
  if (isOpener(c)) return takeOpener(line, at, layout);
  if (c == '"') return takeString(line, at + 1, layout);
  line.to = bareEnd(at, limit);
  count(line, at, line.to);
  close(line);
}

void JsonDocument::takeOpener(Line& line, qint64 at, const Layout& layout) const {
  const qint64 inside = skipSpace(at + 1);
  if (inside < size() && isCloser(byteAt(inside))) {  // an empty one takes no lines of its own
    line.to = inside + 1;
    countExtra(line, 2);
    return close(line);
  }
  line.foldAt = at;
  const Fold* fold = layout.foldAt(at);
  if (fold == nullptr) {
    line.fold = Line::Fold::Open;
    line.to = at + 1;
    line.next.depth = line.begin.depth + 1;
    return countExtra(line, 1);
  }
  line.fold = Line::Fold::Closed;
  line.hiddenFrom = at + 1;
  line.hiddenTo = fold->end;
  line.hiddenItems = fold->items;
  line.to = std::min(size(), fold->end + 1);
  close(line);
  line.columns = -1;
}

// `at` lies inside the string; long ones are shown in pieces.
void JsonDocument::takeString(Line& line, qint64 at, const Layout& layout) const {
  const qint64 limit = std::min(size(), line.from + kPieceBytesMax);
  const qint64 end = stringEnd(at, limit);
  const qint64 first = at == line.from ? at : at - 1;  // with the opening quote
  if (end != kNowhere) {
    line.to = end;
    count(line, first, end);
    return close(line);
  }
  const qsizetype columns = std::max<qsizetype>(1, layout.columns - line.indent);
  line.to = limit < size() ? std::max(at, pieceEnd(line.from, columns)) : size();
  // An escape sequence is not cut, or its second half would be taken for the end.
  qint64 slashes = 0;
  while (line.to - slashes > at && byteAt(line.to - slashes - 1) == '\\') ++slashes;
  if (slashes % 2 == 1 && line.to < size()) ++line.to;
  line.next.state = kInString;
  line.next.continues = line.to < size();
  count(line, first, line.to);
}

// The comma that follows belongs to the line.
void JsonDocument::close(Line& line) const {
  const qint64 comma = skipSpace(line.to);
  if (comma >= size() || byteAt(comma) != ',') return;
  line.to = comma + 1;
  countExtra(line, 1);
}

void JsonDocument::count(Line& line, qint64 from, qint64 to) const {
  const qint32 columns = asciiColumns(QByteArrayView(bytes()).sliced(from, to - from));
  line.columns = columns < 0 || line.columns < 0 ? -1 : line.columns + columns;
}

std::optional<Fold> JsonDocument::foldFrom(qint64 opener) const {
  if (opener < 0 || opener >= size() || !isOpener(byteAt(opener))) return std::nullopt;
  return contentsOf(bytes(), opener);
}

BuiltLine JsonDocument::build(const Line& line) const {
  LineBuilder builder(bytes(), line.from);
  const bool inString = line.begin.state == kInString;
  if (line.hiddenTo <= line.hiddenFrom) {
    addTokens(builder, line.from, line.to, inString);
    return builder.take(line.to);
  }
  addTokens(builder, line.from, line.hiddenFrom, inString);
  const qsizetype from = builder.length();
  builder.insert(line.hiddenFrom, QStringLiteral(" … "));
  builder.style(from, TextStyle::Muted);
  addTokens(builder, line.hiddenTo, line.to, false);
  const qsizetype after = builder.length();
  const QString items = line.hiddenItems == 1
                            ? QCoreApplication::translate("JsonDocument", "1 item")
                            : QCoreApplication::translate("JsonDocument", "%L1 items").arg(line.hiddenItems);
  builder.insert(line.hiddenFrom, QStringLiteral("  ") + items);
  builder.style(after, TextStyle::Muted);
  return builder.take(line.to);
}

void JsonDocument::addTokens(LineBuilder& builder, qint64 from, qint64 to, bool inString) const {
  for (qint64 at = from; at < to;) {
    const qsizetype before = builder.length();
    const unsigned char c = byteAt(at);
    if (inString || c == '"') {
      const qint64 end = stringEnd(inString ? at : at + 1, to);
      const qint64 stop = end == kNowhere ? to : end;
      builder.add(at, stop);
      const qint64 after = skipSpace(stop);
      const bool key = !inString && after < to && byteAt(after) == ':';
      builder.style(before, key ? TextStyle::Name : TextStyle::Text);
      at = stop;
      inString = false;
    } else if (isSpace(c)) {
      ++at;
    } else if (endsBare(c)) {
      builder.add(at, at + 1);
      builder.style(before, TextStyle::Muted);
      const qint64 value = skipSpace(at + 1);
      if (c == ':' && at != from && value < to && byteAt(value) != ',') builder.insert(at, u" ");
      ++at;
    } else {
      const qint64 end = bareEnd(at, to);
      builder.add(at, end);
      const bool number = c == '-' || (c >= '0' && c <= '9');
      builder.style(before, number ? TextStyle::Number : TextStyle::Keyword);
      at = end;
    }
  }
}

}  // namespace sluice::gui
