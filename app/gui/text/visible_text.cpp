#include "app/gui/text/visible_text.h"

#include <QTextDocument>

#include <QStringDecoder>

namespace sluice::gui {
namespace {

constexpr qsizetype kSniffBytes = 8 * 1024;

bool isHidden(char32_t c) {
  return (c >= 0x80 && c <= 0x9f) || c == 0xad || c == 0x61c || c == 0x180e ||  // C1, soft hyphen, marks
         c == 0x200b || c == 0x200e || c == 0x200f ||                           // zero width space, LRM, RLM
         (c >= 0x2028 && c <= 0x202e) ||                                        // separators, embeddings, overrides
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||                         // joiners, isolates, byte order mark
         (c >= 0xfff9 && c <= 0xfffb) || (c >= 0xe0000 && c <= 0xe007f);        // annotations, tags
}

// A surrogate without its partner has no character to show.
bool isStray(char32_t c) { return c >= 0xd800 && c <= 0xdfff; }

void appendSign(QString& out, char32_t c) {
  if (c < 0x20) {
    out += QChar(ushort(0x2400 + c));
  } else if (c == 0x7f) {
    out += QChar(0x2421);
  } else {
    out += QStringLiteral("‹U+") + QString::number(uint(c), 16).toUpper().rightJustified(4, u'0') + u'›';
  }
}

// `bytes` without the first part of a UTF-8 character whose rest was cut off.
QByteArrayView withoutBrokenEnd(QByteArrayView bytes) {
  for (qsizetype back = 1; back <= std::min<qsizetype>(3, bytes.size()); ++back) {
    const auto byte = static_cast<unsigned char>(bytes[bytes.size() - back]);
    if (byte < 0x80) return bytes;
    if (byte < 0xc0) continue;  // a continuation: its lead stands before it
    const qsizetype length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
    return length > back ? bytes.first(bytes.size() - back) : bytes;
  }
  return bytes;
}

bool needsSign(char32_t c) { return c < 0x20 || c == 0x7f || isHidden(c) || isStray(c); }

}  // namespace

QString visible(QStringView text, LineBreaks lineBreaks) {
  QString out;
  out.reserve(text.size());
  for (qsizetype i = 0; i < text.size(); ++i) {
    char32_t c = text[i].unicode();
    if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
      c = QChar::surrogateToUcs4(text[i], text[i + 1]);
    }
    if (lineBreaks == LineBreaks::Keep) {
      if (c == '\n' || c == '\t') {
        out += text[i];
        continue;
      }
      if (c == '\r' && i + 1 < text.size() && text[i + 1] == u'\n') continue;
    }
    const bool pair = c > 0xffff;
    if (needsSign(c)) {
      appendSign(out, c);
    } else {
      out += text.mid(i, pair ? 2 : 1);
    }
    if (pair) ++i;
  }
  return out;
}

QString visibleLine(std::string_view utf8, int charactersMax) {
  // No character takes more than four bytes: cut before decoding, so that a URL of a megabyte costs nothing.
  const auto bytesMax = std::size_t(charactersMax) * 4;
  const bool cut = utf8.size() > bytesMax;
  const auto head = utf8.substr(0, bytesMax);
  const auto bytes = QByteArrayView(head.data(), qsizetype(head.size()));
  QString line = visible(decodeText(bytes, cut ? Ending::Cut : Ending::Whole), LineBreaks::Show);
  if (!cut && line.size() <= charactersMax) return line;
  line.truncate(charactersMax);
  return line + u'…';
}

QString plainTip(const QString& text) { return Qt::mightBeRichText(text) ? Qt::convertFromPlainText(text) : text; }

QString decodeText(QByteArrayView bytes, Ending ending) {
  if (ending == Ending::Cut) bytes = withoutBrokenEnd(bytes);
  QStringDecoder utf8(QStringDecoder::Utf8, QStringDecoder::Flag::Stateless);
  QString text = utf8.decode(bytes);
  return utf8.hasError() ? QString::fromLatin1(bytes) : text;
}

bool looksLikeText(QByteArrayView bytes) {
  const auto sample = bytes.first(std::min(bytes.size(), kSniffBytes));
  qsizetype odd = 0;
  for (const char byte : sample) {
    if (byte == 0) return false;
    const auto c = static_cast<unsigned char>(byte);
    if (c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != 0x1b) ++odd;
  }
  // Bytes above 0x7f that are not UTF-8 count as odd too: Latin-1 prose has few of them, compressed data many.
  QStringDecoder utf8(QStringDecoder::Utf8);  // stateful: a character cut by the end of the sample is no error
  const QString decoded = utf8.decode(sample);
  if (utf8.hasError()) {
    for (const char byte : sample) odd += static_cast<unsigned char>(byte) >= 0x80;
  }
  return odd * 10 <= sample.size();
}

}  // namespace sluice::gui
