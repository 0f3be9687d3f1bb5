#include "core/codec/content/content_decoder.h"

#include <algorithm>

namespace sluice::content {
namespace {

std::unique_ptr<CodingDecoder> makeDecoder(Coding coding) {
  switch (coding) {
    case Coding::Gzip: return makeGzipDecoder();
    case Coding::Deflate: return makeDeflateDecoder();
    case Coding::Brotli: return makeBrotliDecoder();
    case Coding::Zstd: return makeZstdDecoder();
  }
  return nullptr;
}

}  // namespace

ContentDecoder::ContentDecoder(std::span<const Coding> codings, std::uint64_t decodedBytesMax)
    : decodedBytesLeft_(decodedBytesMax) {
  for (auto coding = codings.rbegin(); coding != codings.rend(); ++coding) {
    stages_.push_back({*coding, makeDecoder(*coding)});
  }
}

Result<Wish> ContentDecoder::feed(Bytes encoded, const Sink& sink) {
  if (encoded.empty()) return Wish::More;
  fed_ = true;
  return feedStage(0, encoded, sink);
}

Result<Wish> ContentDecoder::feedStage(std::size_t stage, Bytes bytes, const Sink& sink) {
  if (stage == stages_.size()) return give(bytes, sink);
  return stages_[stage].decoder->feed(bytes, [&](Bytes piece) { return feedStage(stage + 1, piece, sink); });
}

Result<Wish> ContentDecoder::give(Bytes decoded, const Sink& sink) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(decoded.size(), decodedBytesLeft_));
  decodedBytesLeft_ -= count;
  if (count > 0 && sink(decoded.first(count)) == Wish::Enough) return Wish::Enough;
  if (count < decoded.size()) return fail(Side::Local, Code::DecodedTooLarge);
  return Wish::More;
}

Result<void> ContentDecoder::finish() const {
  if (!fed_) return {};
  for (const Stage& stage : stages_) {
    if (!stage.decoder->isWhole()) return badCoding(stage.coding, "it ends in the middle");
  }
  return {};
}

}  // namespace sluice::content
