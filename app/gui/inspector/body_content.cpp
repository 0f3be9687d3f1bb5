#include "app/gui/inspector/body_content.h"

#include "app/gui/text/visible_text.h"

namespace sluice::gui {
namespace {

Result<QByteArray> readBytes(store::BodyReader& body) {
  QByteArray bytes(qsizetype(std::min<std::uint64_t>(body.bytes(), kShownBytesMax)), Qt::Uninitialized);
  qsizetype filled = 0;
  while (filled < bytes.size()) {
    const auto got =
        body.read(std::as_writable_bytes(std::span(bytes.data() + filled, std::size_t(bytes.size() - filled))));
    if (!got) return fail(got.error());
    if (*got == 0) break;
    filled += qsizetype(*got);
  }
  bytes.truncate(filled);
  return bytes;
}

}  // namespace

Result<BodyContent> readBody(store::Reader& reader, ExchangeId id, capture::Direction direction, BodyForm form) {
  auto body = reader.openBody(id, direction);
  if (!body) return fail(body.error());
  auto bytes = readBytes(*body);
  if (!bytes) return fail(bytes.error());
  BodyContent content;
  content.storedBytes = body->bytes();
  content.shownBytes = std::uint64_t(bytes->size());
  if (bytes->isEmpty()) return content;
  const bool asText = form == BodyForm::Text || (form == BodyForm::Automatic && looksLikeText(*bytes));
  content.form = asText ? BodyForm::Text : BodyForm::Hex;
  if (asText) {
    const Ending ending = content.shownBytes < content.storedBytes ? Ending::Cut : Ending::Whole;
    content.document = std::make_shared<PlainDocument>(visible(decodeText(*bytes, ending), LineBreaks::Keep));
  } else {
    content.document = std::make_shared<HexDocument>(std::move(*bytes));
  }
  return content;
}

}  // namespace sluice::gui
