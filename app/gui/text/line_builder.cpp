#include "app/gui/text/line_builder.h"

#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

// East Asian wide characters take two columns of a fixed-width font.
int columnsOf(char32_t c, qsizetype column) {
  if (c == '\t') return kTabColumns - int(column % kTabColumns);
  const bool wide = (c >= 0x1100 && c <= 0x115f) || (c >= 0x2e80 && c <= 0xa4cf) || (c >= 0xac00 && c <= 0xd7a3) ||
                    (c >= 0xf900 && c <= 0xfaff) || (c >= 0xfe30 && c <= 0xfe6f) || (c >= 0xff00 && c <= 0xff60) ||
                    (c >= 0xffe0 && c <= 0xffe6) || (c >= 0x1f300 && c <= 0x1faff) || (c >= 0x20000 && c <= 0x3fffd);
  return wide ? 2 : 1;
}

bool isSpace(char32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

}  // namespace

Decoded decodeAt(QByteArrayView bytes, qint64 at) {
  const auto byte = [&](qint64 i) { return static_cast<unsigned char>(bytes[i]); };
  const char32_t lead = byte(at);
  if (lead < 0x80) return {lead, 1};
  const int length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.size()) return {lead, 1};
  char32_t c = lead & (0x7fu >> length);
  for (int i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return {lead, 1};
    c = c << 6 | (byte(at + i) & 0x3f);
  }
  constexpr char32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
  const bool valid = c >= kLeast[length] && c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);  // RFC 3629 section 3
  return valid ? Decoded{c, length} : Decoded{lead, 1};
}

void LineBuilder::addCharacter(qint64 at, char32_t character) {
  if (character == '\t' || (character >= 0x20 && character < 0x7f)) {
    line_.text += QChar(ushort(character));
    line_.byteOf.push_back(qint32(at - lineFrom_));
    return;
  }
  insert(at, visible(QString::fromUcs4(&character, 1), LineBreaks::Show));
}

void LineBuilder::insert(qint64 at, QStringView text) {
  line_.text += text;
  line_.byteOf.insert(line_.byteOf.end(), std::size_t(text.size()), qint32(at - lineFrom_));
}

void LineBuilder::add(qint64 from, qint64 to, Space space) {
  bool spaceBefore = line_.text.isEmpty();
  for (qint64 at = from; at < to;) {
    const auto [character, bytes] = decodeAt(QByteArrayView(bytes_).first(to), at);
    if (space == Space::Collapse && isSpace(character)) {
      if (!spaceBefore) addCharacter(at, ' ');
      spaceBefore = true;
    } else {
      addCharacter(at, character);
      spaceBefore = false;
    }
    at += bytes;
  }
}

void LineBuilder::style(qsizetype from, TextStyle style) {
  const auto length = int(line_.text.size() - from);
  if (length > 0) line_.styles.push_back({int(from), length, style});
}

BuiltLine LineBuilder::take(qint64 end) {
  line_.byteOf.push_back(qint32(end - lineFrom_));
  return std::move(line_);
}

std::vector<qint32> rowStarts(const QString& text, qsizetype columns) {
  std::vector<qint32> starts{0};
  qsizetype column = 0;
  for (qsizetype i = 0; i < text.size(); ++i) {
    const QChar unit = text[i];
    const bool pair = unit.isHighSurrogate() && i + 1 < text.size();
    const int width = columnsOf(pair ? QChar::surrogateToUcs4(unit, text[i + 1]) : unit.unicode(), column);
    if (column + width > columns && i > starts.back()) {
      starts.push_back(qint32(i));
      column = 0;
    }
    column += width;
    if (pair) ++i;
  }
  return starts;
}

}  // namespace sluice::gui
