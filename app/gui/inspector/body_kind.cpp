#include "app/gui/inspector/body_kind.h"

#include <algorithm>

#include "app/gui/text/format.h"
#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

constexpr qsizetype kValueBytesMax = 64 * 1024;  // of a field on view; all of it is in the body as text
constexpr std::size_t kFieldsMax = 5'000;

QByteArray mimeOf(std::string_view contentType) {
  const auto end = std::min(contentType.size(), contentType.find(';'));
  return QByteArray(contentType.data(), qsizetype(end)).trimmed().toLower();
}

BodyKind kindOfMime(const QByteArray& mime) {
  const auto endsWith = [&](const char* end) { return mime.endsWith(end); };
  if (endsWith("/json") || endsWith("+json") || endsWith("ndjson") || endsWith("/jsonl")) return BodyKind::Json;
  if (mime == "text/html" || mime == "application/xhtml+xml") return BodyKind::Html;
  if (endsWith("/xml") || endsWith("+xml")) return BodyKind::Xml;
  if (mime == "text/css") return BodyKind::Css;
  if (endsWith("javascript") || endsWith("ecmascript")) return BodyKind::JavaScript;
  if (mime == "application/x-www-form-urlencoded") return BodyKind::Form;
  if (mime.startsWith("multipart/")) return BodyKind::Multipart;
  if (mime == "text/event-stream") return BodyKind::EventStream;
  if (mime.startsWith("image/")) return BodyKind::Image;
  return BodyKind::OtherText;
}

// For what says that it is text, or says nothing: what it looks like.
BodyKind kindOfBytes(QByteArrayView bytes) {
  if (!looksLikeText(bytes)) {
    const bool image = bytes.startsWith("\x89PNG\r\n") || bytes.startsWith("\xff\xd8\xff") || bytes.startsWith("GIF8");
    return image ? BodyKind::Image : BodyKind::Binary;
  }
  const QByteArrayView text = bytes.trimmed();
  if (text.size() >= 2 && (text[0] == '{' || text[0] == '[')) {
    const QByteArrayView inside = text.sliced(1).trimmed();
    const bool object = text[0] == '{' && !inside.isEmpty() && (inside[0] == '"' || inside[0] == '}');
    const bool value = !inside.isEmpty() && std::string_view("\"{[]-0123456789tfn").find(inside[0]) != std::string_view::npos;
    const bool array = text[0] == '[' && value;
    if (object || array) return BodyKind::Json;
  }
  if (text.startsWith("<?xml")) return BodyKind::Xml;
  const QByteArray start = text.first(std::min<qsizetype>(text.size(), 16)).toByteArray().toLower();
  if (start.startsWith("<!doctype html") || start.startsWith("<html")) return BodyKind::Html;
  return BodyKind::OtherText;
}

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

QString percentDecoded(QByteArrayView text) {
  QByteArray decoded;
  const auto end = std::min(text.size(), kValueBytesMax);
  for (qsizetype i = 0; i < end; ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? hexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      decoded += char(high << 4 | low);
      i += 2;
    } else {
      decoded += text[i] == '+' ? ' ' : text[i];
    }
  }
  return visible(decodeText(decoded), LineBreaks::Show) + (end < text.size() ? QStringLiteral("…") : QString());
}

NamedValue partOf(QByteArrayView part) {
  auto split = part.indexOf("\r\n\r\n");
  qsizetype gap = 4;
  if (part.startsWith("\r\n")) {  // no header of its own
    split = 0;
    gap = 2;
  }
  if (split < 0) return {{}, visible(decodeText(part.first(std::min(part.size(), kValueBytesMax))), LineBreaks::Show), {}};
  const QByteArray head = part.first(split).toByteArray();
  const QByteArrayView body = part.sliced(split + gap);
  NamedValue field;
  QStringList notes;
  for (const QByteArray& line : head.split('\n')) {
    const QByteArray value = line.mid(line.indexOf(':') + 1).trimmed();
    const QByteArray name = line.left(line.indexOf(':')).trimmed().toLower();
    const auto valueView = std::string_view(value.constData(), std::size_t(value.size()));
    if (name == "content-disposition") {
      field.name = visible(decodeText(parameterOf(valueView, "name")), LineBreaks::Show);
      const QByteArray file = parameterOf(valueView, "filename");
      if (!file.isEmpty()) notes << (field.fileName = visible(decodeText(file), LineBreaks::Show));
    } else if (name == "content-type") {
      notes << visible(decodeText(value), LineBreaks::Show);
    } else if (!line.trimmed().isEmpty()) {
      notes << visible(decodeText(line.trimmed()), LineBreaks::Show);
    }
  }
  notes << formatBytes(std::uint64_t(body.size()));
  field.from = split + gap;
  field.bytes = body.size();
  field.note = notes.join(QStringLiteral(", "));
  if (looksLikeText(body)) {
    field.value = visible(decodeText(body.first(std::min(body.size(), kValueBytesMax)), Ending::Cut), LineBreaks::Show);
  }
  return field;
}

}  // namespace

BodyKind bodyKindOf(std::string_view contentType, QByteArrayView beginning) {
  const QByteArray mime = mimeOf(contentType);
  const BodyKind kind = kindOfMime(mime);
  if (kind == BodyKind::OtherText) return kindOfBytes(beginning);
  const bool text = kind != BodyKind::Image && kind != BodyKind::Multipart;
  if (text && !looksLikeText(beginning)) return BodyKind::Binary;
  // Pictures in XML have no pixels to decode.
  return mime == "image/svg+xml" && looksLikeText(beginning) ? BodyKind::Xml : kind;
}

QByteArray parameterOf(std::string_view fieldValue, std::string_view name) {
  QByteArrayView rest(fieldValue.data(), qsizetype(fieldValue.size()));
  while (!rest.isEmpty()) {
    const auto semicolon = rest.indexOf(';');
    if (semicolon < 0) return {};
    rest = rest.sliced(semicolon + 1).trimmed();
    const auto equals = rest.indexOf('=');
    if (equals < 0) return {};
    const bool wanted = rest.first(equals).trimmed().compare(QByteArrayView(name.data(), qsizetype(name.size())), Qt::CaseInsensitive) == 0;
    rest = rest.sliced(equals + 1);
    QByteArray value;
    if (rest.startsWith('"')) {
      qsizetype i = 1;
      for (; i < rest.size() && rest[i] != '"'; ++i) {
        if (rest[i] == '\\' && i + 1 < rest.size()) ++i;
        value += rest[i];
      }
      rest = rest.sliced(std::min(rest.size(), i));
    } else {
      const auto end = rest.indexOf(';');
      value = (end < 0 ? rest : rest.first(end)).trimmed().toByteArray();
    }
    if (wanted) return value;
  }
  return {};
}

std::vector<NamedValue> formFields(QByteArrayView encoded) {
  std::vector<NamedValue> fields;
  while (!encoded.isEmpty() && fields.size() < kFieldsMax) {
    const auto end = encoded.indexOf('&');
    const QByteArrayView pair = end < 0 ? encoded : encoded.first(end);
    encoded = end < 0 ? QByteArrayView() : encoded.sliced(end + 1);
    if (pair.isEmpty()) continue;
    const auto equals = pair.indexOf('=');
    const QByteArrayView value = equals < 0 ? QByteArrayView() : pair.sliced(equals + 1);
    fields.push_back({percentDecoded(equals < 0 ? pair : pair.first(equals)), percentDecoded(value), {}});
  }
  return fields;
}

std::vector<NamedValue> multipartFields(std::string_view contentType, const QByteArray& whole) {
  const QByteArrayView body = whole;
  std::vector<NamedValue> fields;
  const QByteArray boundary = parameterOf(contentType, "boundary");
  if (boundary.isEmpty()) return fields;
  const QByteArray delimiter = "--" + boundary;
  auto at = body.indexOf(delimiter);
  while (at >= 0 && fields.size() < kFieldsMax) {
    qsizetype from = at + delimiter.size();
    if (body.sliced(from).startsWith("--")) break;  // the last one
    const auto lineEnd = body.indexOf('\n', from);
    if (lineEnd < 0) break;
    from = lineEnd + 1;
    at = body.indexOf(QByteArray("\r\n" + delimiter), from - 2);
    fields.push_back(partOf(body.sliced(from, (at < 0 ? body.size() : std::max(at, from)) - from)));
    fields.back().from += from;
    fields.back().partOf = whole;
    if (at >= 0) at += 2;
  }
  return fields;
}

}  // namespace sluice::gui
