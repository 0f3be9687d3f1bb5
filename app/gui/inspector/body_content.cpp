#include "app/gui/inspector/body_content.h"

#include <QBuffer>
#include <QImageReader>
#include <QStringDecoder>
#include <algorithm>

#include "app/gui/exchanges/exchange_text.h"
#include "app/gui/text/pretty_code.h"
#include "app/gui/text/pretty_json.h"
#include "app/gui/text/pretty_markup.h"
#include "app/gui/text/visible_text.h"
#include "core/codec/content/content_decoder.h"

namespace sluice::gui {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr int kImageMegabytesMax = 256;  // of pixels
constexpr qsizetype kSniffBytes = 8 * 1024;

// Reads the body and gives it, decoded where `codings` say so.
class Reading {
 public:
  Reading(store::BodyReader& body, std::vector<content::Coding> codings, std::uint64_t bytesMax)
      : body_(body), decoder_(codings, kShownBytesMax), bytesMax_(bytesMax) {
    if (codings.empty()) bytes_.reserve(qsizetype(std::min(body.bytes(), bytesMax)));
  }

  // Errors are of the store alone; what is wrong with the body's coding is a problem that is shown.
  Result<void> run(BodyProgress& progress, BodyContent& content) {
    std::vector<std::byte> piece(std::min<std::uint64_t>(kReadBytes, bytesMax_));
    const auto take = [this](Bytes decoded) {
      bytes_.append(reinterpret_cast<const char*>(decoded.data()), qsizetype(decoded.size()));
      return std::uint64_t(bytes_.size()) >= bytesMax_ ? content::Wish::Enough : content::Wish::More;
    };
    while (!progress.cancelled) {
      const auto got = body_.read(piece);
      if (!got) return fail(got.error());
      if (*got == 0) break;
      content.readBytes += *got;
      progress.bytes = content.readBytes;
      const auto fed = decoder_.feed(Bytes(piece).first(*got), take);
      if (!fed) {
        content.problem = errorText(fed.error());
        break;
      }
      if (*fed == content::Wish::Enough) break;
    }
    content.isWhole = content.readBytes >= body_.bytes() && std::uint64_t(bytes_.size()) < bytesMax_;
    content.shownBytes = std::uint64_t(bytes_.size());
    return {};
  }
  QByteArray take() { return std::move(bytes_); }

 private:
  store::BodyReader& body_;
  content::ContentDecoder decoder_;
  const std::uint64_t bytesMax_;
  QByteArray bytes_;
};

// Text in UTF-16 becomes UTF-8; everything else is read byte by byte.
QByteArray asUtf8(QByteArray bytes, const std::string& contentType) {
  if (bytes.startsWith("\xef\xbb\xbf")) return bytes.sliced(3);
  const bool marked = bytes.startsWith("\xff\xfe") || bytes.startsWith("\xfe\xff");
  const QByteArray charset = parameterOf(contentType, "charset").toLower();
  if (!marked && !charset.startsWith("utf-16")) return bytes;
  const auto encoding = charset == "utf-16be"   ? QStringConverter::Utf16BE
                        : charset == "utf-16le" ? QStringConverter::Utf16LE
                                                : QStringConverter::Utf16;
  QStringDecoder decoder(encoding);
  return QString(decoder.decode(bytes)).toUtf8();
}

DocumentPtr prettyDocument(BodyKind kind, const QByteArray& bytes) {
  switch (kind) {
    case BodyKind::Json: return std::make_shared<JsonDocument>(bytes);
    case BodyKind::Xml: return std::make_shared<MarkupDocument>(bytes, MarkupDocument::Dialect::Xml);
    case BodyKind::Html: return std::make_shared<MarkupDocument>(bytes, MarkupDocument::Dialect::Html);
    case BodyKind::Css: return std::make_shared<CodeDocument>(bytes, CodeDocument::Language::Css);
    case BodyKind::JavaScript: return std::make_shared<CodeDocument>(bytes, CodeDocument::Language::JavaScript);
    case BodyKind::Form:
    case BodyKind::Multipart:
    case BodyKind::EventStream:
    case BodyKind::Image:
    case BodyKind::OtherText:
    case BodyKind::Binary: break;
  }
  return nullptr;
}

BodyForm usualForm(BodyKind kind) {
  switch (kind) {
    case BodyKind::Json:
    case BodyKind::Xml:
    case BodyKind::Html:
    case BodyKind::Css:
    case BodyKind::JavaScript:
    case BodyKind::Form:
    case BodyKind::Multipart: return BodyForm::Pretty;
    case BodyKind::EventStream: return BodyForm::Events;
    case BodyKind::Image: return BodyForm::Image;
    case BodyKind::OtherText: return BodyForm::Text;
    case BodyKind::Binary: return BodyForm::Hex;
  }
  return BodyForm::Text;
}

// Ends for the one that decodes it once nobody wants the picture any more.
class EndingBuffer : public QBuffer {
 public:
  explicit EndingBuffer(const std::atomic<bool>& cancelled) : cancelled_(cancelled) {}

 protected:
  qint64 readData(char* data, qint64 bytes) override {
    return cancelled_ ? -1 : QBuffer::readData(data, std::min<qint64>(bytes, qint64(kReadBytes)));
  }

 private:
  const std::atomic<bool>& cancelled_;
};

QImage decodedImage(const QByteArray& bytes, const std::atomic<bool>& cancelled) {
  EndingBuffer buffer(cancelled);
  buffer.setData(bytes);
  QImageReader reader(&buffer);
  reader.setAllocationLimit(kImageMegabytesMax);
  reader.setAutoTransform(true);
  return reader.read();
}

void makeText(BodyContent& content, const QByteArray& bytes, const std::string& contentType) {
  content.form = looksLikeText(bytes) || content.form == BodyForm::Text ? BodyForm::Text : BodyForm::Hex;
  if (content.form == BodyForm::Text) {
    content.document = std::make_shared<PlainDocument>(asUtf8(bytes, contentType));
  } else {
    content.document = std::make_shared<HexDocument>(bytes);
  }
}

// Turns the bytes into what `content.form` asks for, or into the next best.
void present(BodyContent& content, QByteArray bytes, const std::string& contentType, const std::atomic<bool>& cancelled) {
  switch (content.form) {
    case BodyForm::Pretty:
      content.document = prettyDocument(content.kind, asUtf8(bytes, contentType));
      if (content.document != nullptr) return;
      if (content.kind == BodyKind::Form) content.fields = formFields(bytes);
      if (content.kind == BodyKind::Multipart) content.fields = multipartFields(contentType, bytes);
      if (content.fields.empty()) makeText(content, bytes, contentType);
      return;
    case BodyForm::Events: return void(content.events = eventStreamOf(asUtf8(std::move(bytes), contentType), cancelled));
    case BodyForm::Image:
      if (!content.isWhole) return;
      content.image = decodedImage(bytes, cancelled);
      if (content.image.isNull()) makeText(content, bytes, contentType);
      return;
    case BodyForm::Raw:
      if (!looksLikeText(bytes)) return void(content.document = std::make_shared<HexDocument>(std::move(bytes)));
      return void(content.document = std::make_shared<PlainDocument>(std::move(bytes)));
    case BodyForm::Hex: return void(content.document = std::make_shared<HexDocument>(std::move(bytes)));
    case BodyForm::Automatic:
    case BodyForm::Text: return makeText(content, bytes, contentType);
  }
}

std::vector<content::Coding> codingsFor(const BodyWanted& wanted, BodyContent& content) {
  if (wanted.form == BodyForm::Raw || wanted.form == BodyForm::Hex) return {};
  auto codings = content::parseContentEncoding(wanted.contentEncoding);
  if (!codings) {
    content.problem = errorText(codings.error());
    return {};
  }
  if (!codings->empty()) content.coding = visibleLine(wanted.contentEncoding, 64);
  return *codings;
}

}  // namespace

Result<BodyContent> readBody(store::Reader& reader, const BodyWanted& wanted, BodyProgress& progress) {
  BodyContent content;
  if (progress.cancelled) return content;
  auto body = reader.openBody(wanted.exchange, wanted.direction);
  if (!body) return fail(body.error());
  content.storedBytes = body->bytes();
  if (content.storedBytes == 0) return content;
  Reading reading(*body, codingsFor(wanted, content), wanted.whole ? kShownBytesMax : kFirstBodyBytes);
  if (auto done = reading.run(progress, content); !done) return fail(done.error());
  if (progress.cancelled) return content;
  QByteArray bytes = reading.take();
  // What could not be decoded at all is shown as it was recorded.
  if (bytes.isEmpty() && !content.problem.isEmpty()) {
    BodyWanted raw = wanted;
    raw.form = BodyForm::Hex;
    auto recorded = readBody(reader, raw, progress);
    if (recorded) recorded->problem = content.problem;
    return recorded;
  }
  content.kind = bodyKindOf(wanted.contentType, QByteArrayView(bytes).first(std::min(bytes.size(), kSniffBytes)));
  content.form = wanted.form == BodyForm::Automatic ? usualForm(content.kind) : wanted.form;
  present(content, std::move(bytes), wanted.contentType, progress.cancelled);
  return content;
}

}  // namespace sluice::gui
