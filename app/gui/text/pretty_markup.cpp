#include "app/gui/text/pretty_markup.h"

#include <algorithm>
#include <cstring>

#include "app/gui/text/line_builder.h"

namespace sluice::gui {
namespace {

constexpr int kIndent = 2;
constexpr qint64 kShortTextBytesMax = 100;

// HTML, "Void elements".
constexpr const char* kVoidElements[] = {"area",  "base",   "br",    "col",   "embed", "hr",    "img",
                                         "input", "link",   "meta",  "param", "source", "track", "wbr"};

bool isVoid(const QByteArray& name) {
  return std::any_of(std::begin(kVoidElements), std::end(kVoidElements),
                     [&](const char* each) { return name == each; });
}

bool isNameByte(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == ':' || c == '.' || c >= 0x80;
}

}  // namespace

// One byte after the next `text` (before it, where it begins a tag), looked for no further than a piece goes: a comment
// that never ends must not be searched anew from each of its lines.
qint64 MarkupDocument::endOf(qint64 at, quint32 state) const {
  const char* text = state == kInComment ? "-->" : state == kInCdata ? "]]>" : state == kInScript ? "</script" : "</style";
  const auto piece = QByteArrayView(bytes()).sliced(at, std::min(size() - at, kPieceBytesMax + 8));
  const auto found = piece.indexOf(text);
  if (found < 0) return size();
  return at + found + (state == kInComment || state == kInCdata ? 3 : 0);
}

QByteArray MarkupDocument::nameAt(qint64 at) const {
  qint64 end = at;
  while (end < size() && end - at < 64 && isNameByte(byteAt(end))) ++end;
  return bytes().mid(at, end - at).toLower();
}

// One byte after the '>' that ends the tag, quotes respected; `limit` when it does not end before.
qint64 MarkupDocument::tagEnd(qint64 at, qint64 limit) const {
  unsigned char quote = 0;
  for (; at < limit; ++at) {
    const unsigned char c = byteAt(at);
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '>') {
      return at + 1;
    }
  }
  return limit;
}

std::optional<Line> MarkupDocument::lineAt(const Place& place, const Layout&) const {
  Line line;
  line.begin = place;
  line.from = place.state == kInTag ? place.at : skipSpace(place.at);
  if (line.from >= size()) return std::nullopt;
  line.next = place;
  line.next.state = kBetween;
  line.next.continues = false;
  line.indent = place.depth * kIndent;
  switch (place.state) {
    case kInComment:
    case kInCdata:
    case kInScript:
    case kInStyle: takeKept(line, place.state); break;
    case kInTag:
      line.to = tagEnd(line.from, std::min(size(), line.from + kPieceBytesMax));
      if (line.to - line.from >= kPieceBytesMax) line.next.state = kInTag;
      break;
    default: byteAt(line.from) == '<' ? takeTag(line) : takeText(line);
  }
  line.next.at = line.to;
  line.next.line = line.next.continues ? place.line : place.line + 1;
  return line;
}

void MarkupDocument::takeKept(Line& line, quint32 state) const {
  const qint64 end = endOf(line.from, state);
  if (end <= line.from) {  // the end tag of a script
    line.next.depth = line.begin.depth;
    return byteAt(line.from) == '<' ? takeTag(line) : takeText(line);
  }
  const qint64 limit = std::min(end, line.from + kPieceBytesMax);
  const auto* data = bytes().constData();
  const auto* feed = static_cast<const char*>(std::memchr(data + line.from, '\n', std::size_t(limit - line.from)));
  line.to = feed != nullptr ? feed - data : limit < end ? pieceEnd(line.from, 1) : end;
  line.to = std::max(line.to, line.from + 1);
  if (line.to < end || state == kInScript || state == kInStyle) line.next.state = state;
  line.next.continues = feed == nullptr && line.to < end;
}

void MarkupDocument::takeTag(Line& line) const {
  const qint64 limit = std::min(size(), line.from + kPieceBytesMax);
  if (isAt(line.from, "<!--")) return takeKept(line, kInComment);
  if (isAt(line.from, "<![CDATA[")) return takeKept(line, kInCdata);
  line.to = tagEnd(line.from + 1, limit);
  if (line.to == limit && limit < size()) {
    line.next.state = kInTag;
    line.next.continues = true;
  }
  if (isAt(line.from, "<!") || isAt(line.from, "<?")) return;
  if (isAt(line.from, "</")) {
    line.next.depth = std::max(0, line.begin.depth - 1);
    line.indent = line.next.depth * kIndent;
    return;
  }
  const QByteArray name = nameAt(line.from + 1);
  const bool selfClosed = line.to - line.from >= 3 && byteAt(line.to - 2) == '/';
  if (selfClosed || name.isEmpty() || (dialect_ == Dialect::Html && isVoid(name))) return;
  if (joinShortText(line, name)) return;
  line.next.depth = line.begin.depth + 1;
  if (dialect_ == Dialect::Html && name == "script") line.next.state = kInScript;
  if (dialect_ == Dialect::Html && name == "style") line.next.state = kInStyle;
}

// <title>Boots</title> in one line.
bool MarkupDocument::joinShortText(Line& line, const QByteArray& name) const {
  qint64 at = line.to;
  while (at < size() && at - line.to <= kShortTextBytesMax && byteAt(at) != '<' && byteAt(at) != '\n') ++at;
  if (!isAt(at, "</") || nameAt(at + 2) != name) return false;
  line.to = tagEnd(at, std::min(size(), at + kPieceBytesMax));
  return true;
}

void MarkupDocument::takeText(Line& line) const {
  const qint64 limit = std::min(size(), line.from + kPieceBytesMax);
  qint64 at = line.from + 1;
  while (at < limit && byteAt(at) != '<' && byteAt(at) != '\n') ++at;
  const bool cut = at == limit && limit < size();
  line.to = cut ? pieceEnd(line.from, 1) : at;
  line.next.continues = cut;
}

BuiltLine MarkupDocument::build(const Line& line) const {
  LineBuilder builder(bytes(), line.from);
  const bool kept = line.begin.state != kBetween && line.begin.state != kInTag;
  qint64 to = line.to;
  while (to > line.from && byteAt(to - 1) <= ' ') --to;
  if (kept && byteAt(line.from) != '<') {
    builder.add(line.from, to);
    if (line.begin.state == kInComment) builder.style(0, TextStyle::Muted);
    return builder.take(line.to);
  }
  for (qint64 at = line.from; at < to;) {
    const qsizetype before = builder.length();
    const bool tag = byteAt(at) == '<' || (at == line.from && line.begin.state == kInTag);
    qint64 end = at + 1;
    if (isAt(at, "<!--") || isAt(at, "<![CDATA[")) {
      builder.add(at, end = to, LineBuilder::Space::Collapse);
      builder.style(before, TextStyle::Muted);
    } else if (tag) {
      end = tagEnd(end, to);
      builder.add(at, end, LineBuilder::Space::Collapse);
      builder.style(before, isAt(at, "<!") || isAt(at, "<?") ? TextStyle::Muted : TextStyle::Name);
    } else {
      while (end < to && byteAt(end) != '<') ++end;
      builder.add(at, end, LineBuilder::Space::Collapse);
    }
    at = end;
  }
  return builder.take(line.to);
}

}  // namespace sluice::gui
