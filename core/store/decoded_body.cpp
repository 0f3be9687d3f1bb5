#include "core/store/decoded_body.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "core/base/limits.h"
#include "core/codec/content/content_decoder.h"
#include "core/store/raw_head.h"
#include "core/store/search_text.h"

namespace sluice::store {
namespace {

constexpr std::size_t kPieceBytes = 64 * limits::kKiB;

}  // namespace

// What passed the engine came over a connection, and something was on the wire.
std::string_view decodingHead(const ExchangeDetails& details, capture::Direction direction) {
  const ExchangeRow& row = details.row;
  const bool imported = row.state != State::Running && !row.connection && row.request.wireBytes + row.response.wireBytes == 0;
  if (direction == capture::Direction::Request) return details.requestHead;
  return imported ? std::string_view() : details.responseHead;
}

Result<void> decodeBody(BodyReader& body, std::string_view head, std::uint64_t bytesMax, const BodySink& sink) {
  const auto codings = content::parseContentEncoding(valueIn(head, "content-encoding"));
  if (!codings) return fail(codings.error());
  content::ContentDecoder decoder(*codings, codings->empty() ? std::numeric_limits<std::uint64_t>::max() : bytesMax);
  Result<void> given;
  const auto give = [&](Bytes bytes) {
    given = sink(bytes);
    return given ? content::Wish::More : content::Wish::Enough;
  };
  std::vector<std::byte> piece(kPieceBytes);
  for (;;) {
    const auto count = body.read(piece);
    if (!count) return fail(count.error());
    if (*count == 0) return decoder.finish();
    const auto wish = decoder.feed(Bytes(piece).first(*count), give);
    if (!wish) return fail(wish.error());
    if (!given) return given;
  }
}

namespace {

enum class Wanted : std::uint8_t { Anything, Text };

std::string beginningOf(BodyReader& body, std::string_view head, std::size_t bytesMax, Wanted wanted) {
  const auto codings = content::parseContentEncoding(valueIn(head, "content-encoding"));
  const auto undone = codings ? std::span<const content::Coding>(*codings) : std::span<const content::Coding>();
  if (auto held = undone.empty() ? body.take() : std::nullopt) {
    held->resize(std::min(held->size(), bytesMax));
    return wanted == Wanted::Anything || looksLikeText(*held) ? std::move(*held) : std::string();
  }
  std::string text;
  bool isText = true;
  content::ContentDecoder decoder(undone, bytesMax);
  const auto take = [&](Bytes bytes) {
    const auto count = std::min(bytes.size(), bytesMax - text.size());
    const bool enoughBefore = text.size() >= kSniffedBytes;
    text.append(reinterpret_cast<const char*>(bytes.data()), count);
    if (wanted == Wanted::Text && !enoughBefore) isText = looksLikeText(text);
    return text.size() < bytesMax && isText ? content::Wish::More : content::Wish::Enough;
  };
  std::vector<std::byte> piece(static_cast<std::size_t>(std::min<std::uint64_t>(body.bytes(), std::min(kPieceBytes, bytesMax))));
  while (text.size() < bytesMax) {
    const auto count = body.read(piece);
    if (!count || *count == 0) break;
    const auto wish = decoder.feed(Bytes(piece).first(*count), take);
    if (!wish || *wish == content::Wish::Enough) break;
  }
  return isText ? text : std::string();
}

}  // namespace

std::string beginningOfBody(BodyReader& body, std::string_view head, std::size_t bytesMax) {
  return beginningOf(body, head, bytesMax, Wanted::Anything);
}

std::string searchedBeginning(BodyReader& body, std::string_view decodingHead) {
  return beginningOf(body, decodingHead, limits::kSearchedBodyBytesMax, Wanted::Text);
}

}  // namespace sluice::store
