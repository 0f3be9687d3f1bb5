#include "app/gui/text/pretty_code.h"

#include <algorithm>
#include <array>

#include "app/gui/text/line_builder.h"

namespace sluice::gui {
namespace {

constexpr int kIndent = 2;

// They continue the statement that a brace has closed.
constexpr const char* kContinuations[] = {"else", "catch", "finally", "while"};

constexpr const char* kKeywords[] = {
    "async",  "await",   "break",  "case",   "catch",  "class",  "const", "continue", "default",   "delete", "do",
    "else",   "export",  "extends", "false", "finally", "for",    "from",  "function", "if",        "import", "in",
    "let",    "new",     "null",   "of",     "return", "static", "super", "switch",   "this",      "throw",  "true",
    "try",    "typeof",  "undefined", "var", "void",   "while",  "yield"};

bool isDigit(unsigned char c) { return c >= '0' && c <= '9'; }
bool isWordByte(unsigned char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || isDigit(c) || c == '_' || c == '$' || c >= 0x80;
}

bool isKeyword(const QByteArray& word) {
  return std::any_of(std::begin(kKeywords), std::end(kKeywords), [&](const char* each) { return word == each; });
}

}  // namespace

// `at` lies inside of the quotes.
CodeDocument::Token CodeDocument::quoted(qint64 at, qint64 limit, unsigned char quote, quint32 state) const {
  while (at < limit) {
    const unsigned char c = byteAt(at);
    if (c == quote) return {at + 1, kBetween, Token::Kind::String};
    if (c == '\n') return {at, state == kInTemplate ? state : quint32(kBetween), Token::Kind::String};
    at += c == '\\' && at + 1 < limit ? 2 : 1;
  }
  return {limit, state, Token::Kind::String};
}

// A slash divides after a value, and begins a regular expression elsewhere.
bool CodeDocument::startsRegularExpression(unsigned char before) const {
  return language_ == Language::JavaScript && before != ')' && before != ']' && before != '}' && !isWordByte(before) &&
         before != '"' && before != '\'' && before != '`';
}

CodeDocument::Token CodeDocument::slashed(qint64 at, qint64 limit, unsigned char before) const {
  if (isAt(at, "/*")) return tokenAt(at + 2, limit, kInComment, before);
  if (isAt(at, "//") && language_ == Language::JavaScript) {
    while (at < limit && byteAt(at) != '\n') ++at;
    return {at, kBetween, Token::Kind::Comment};
  }
  if (!startsRegularExpression(before)) return {at + 1, kBetween, Token::Kind::Sign};
  bool inClass = false;
  for (qint64 i = at + 1; i < limit && byteAt(i) != '\n'; ++i) {
    const unsigned char c = byteAt(i);
    if (c == '\\') {
      ++i;
    } else if (c == '[') {
      inClass = true;
    } else if (c == ']') {
      inClass = false;
    } else if (c == '/' && !inClass) {
      return {i + 1, kBetween, Token::Kind::String};
    }
  }
  return {at + 1, kBetween, Token::Kind::Sign};
}

CodeDocument::Token CodeDocument::tokenAt(qint64 at, qint64 limit, quint32 state, unsigned char before) const {
  if (state == kInComment) {
    while (at < limit && !isAt(at, "*/") && byteAt(at) != '\n') ++at;
    if (at >= limit || byteAt(at) == '\n') return {at, kInComment, Token::Kind::Comment};
    return {std::min(limit, at + 2), kBetween, Token::Kind::Comment};
  }
  if (state == kInTemplate) return quoted(at, limit, '`', state);
  if (state == kInSingle) return quoted(at, limit, '\'', state);
  if (state == kInDouble) return quoted(at, limit, '"', state);
  const unsigned char c = byteAt(at);
  if (c == '\n') return {at + 1, kBetween, Token::Kind::LineEnd};
  if (c <= ' ') return {at + 1, kBetween, Token::Kind::Space};
  if (c == '"') return quoted(at + 1, limit, c, kInDouble);
  if (c == '\'') return quoted(at + 1, limit, c, kInSingle);
  if (c == '`' && language_ == Language::JavaScript) return quoted(at + 1, limit, c, kInTemplate);
  if (c == '/') return slashed(at, limit, before);
  if (!isWordByte(c)) return {at + 1, kBetween, Token::Kind::Sign};
  qint64 end = at;
  while (end < limit && (isWordByte(byteAt(end)) || (byteAt(end) == '-' && language_ == Language::Css))) ++end;
  return {end, kBetween, isDigit(c) ? Token::Kind::Number : Token::Kind::Word};
}

// What belongs on the line of a closing brace: `);`, `,`, or what goes on with the statement.
qint64 CodeDocument::afterClosingBrace(qint64 at) const {
  const std::string_view closers = ")];,";
  qint64 next = at;
  while (next < size() && closers.find(char(byteAt(next))) != std::string_view::npos) ++next;
  return next;
}

std::optional<Line> CodeDocument::lineAt(const Place& place, const Layout&) const {
  Line line;
  line.begin = place;
  const bool inside = place.state != kBetween;
  line.from = inside && place.state != kInComment ? place.at : skipSpace(place.at);
  if (line.from >= size()) return std::nullopt;
  line.next = place;
  line.next.state = kBetween;
  line.next.continues = false;
  qint32 depth = place.depth;
  if (!inside && byteAt(line.from) == '}') depth = std::max(0, depth - 1);
  line.indent = depth * kIndent;

  const qint64 limit = std::min(size(), line.from + kPieceBytesMax);
  qint64 at = line.from;
  int parentheses = 0;
  unsigned char before = ';';
  quint32 state = place.state;
  for (bool ended = false; at < limit && !ended;) {
    const unsigned char c = byteAt(at);
    const Token token = tokenAt(at, limit, state, before);
    state = token.open;
    if (token.kind == Token::Kind::LineEnd) break;
    if (token.kind == Token::Kind::Sign) {
      if (c == '}' && at != line.from) break;
      parentheses += c == '(' ? 1 : c == ')' ? -1 : 0;
      ended = c == '{' || (c == ';' && parentheses <= 0);
      if (c == '{') ++depth;
    }
    if (token.kind != Token::Kind::Space && token.kind != Token::Kind::Comment) before = byteAt(token.end - 1);
    at = std::max(at, token.end);
    if (c == '}' && token.kind == Token::Kind::Sign) {
      at = afterClosingBrace(at);
      const qint64 word = skipSpace(at);
      ended = at > token.end || std::none_of(std::begin(kContinuations), std::end(kContinuations),
                                             [&](const char* each) { return isAt(word, each); });
    }
    if (state != kBetween) break;  // goes on in the next line
  }
  const bool cut = at >= limit && limit < size();
  line.to = cut && state != kBetween ? pieceEnd(line.from, 1) : std::max(at, line.from + 1);
  line.next.at = line.to;
  line.next.depth = depth;
  line.next.state = state;
  line.next.continues = cut;
  line.next.line = cut ? place.line : place.line + 1;
  return line;
}

BuiltLine CodeDocument::build(const Line& line) const {
  LineBuilder builder(bytes(), line.from);
  qint64 to = line.to;
  while (to > line.from && byteAt(to - 1) <= ' ') --to;
  quint32 state = line.begin.state;
  unsigned char before = ';';
  for (qint64 at = line.from; at < to;) {
    const qsizetype start = builder.length();
    const Token token = tokenAt(at, to, state, before);
    const qint64 end = std::max(token.end, at + 1);
    state = token.open;
    builder.add(at, std::min(end, to));
    switch (token.kind) {
      case Token::Kind::Comment: builder.style(start, TextStyle::Muted); break;
      case Token::Kind::String: builder.style(start, TextStyle::Text); break;
      case Token::Kind::Number: builder.style(start, TextStyle::Number); break;
      case Token::Kind::Word:
        if (language_ == Language::JavaScript && isKeyword(bytes().mid(at, end - at))) {
          builder.style(start, TextStyle::Keyword);
        }
        break;
      case Token::Kind::Space:
      case Token::Kind::LineEnd:
      case Token::Kind::Sign: break;
    }
    if (token.kind != Token::Kind::Space && token.kind != Token::Kind::Comment) before = byteAt(end - 1);
    at = end;
  }
  return builder.take(line.to);
}

}  // namespace sluice::gui
