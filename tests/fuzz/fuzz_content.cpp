// Any bytes as an encoded body: whole and in pieces the same outcome, and never more than the limit. Of zstd only bodies
// that decode both ways are compared: the library is stricter with a frame that it gets whole (an empty last block may
// then not contradict the size in the frame's head).
#include <algorithm>
#include <string>
#include <vector>

#include "core/base/assert.h"
#include "core/codec/content/content_decoder.h"

namespace {

using namespace sluice;
using namespace sluice::content;

constexpr std::uint64_t kDecodedBytesMax = 1 << 20;

struct Outcome {
  std::string text;
  Code code = Code::None;
};

// `cut` decides how long the pieces are; 0: all at once.
Outcome decode(const std::vector<Coding>& codings, Bytes encoded, unsigned cut) {
  Outcome outcome;
  ContentDecoder decoder(codings, kDecodedBytesMax);
  for (unsigned round = cut; !encoded.empty(); round = round * 5 + 3) {
    const auto size = cut == 0 ? encoded.size() : std::min<std::size_t>(encoded.size(), 1 + round % 17);
    const auto fed = decoder.feed(encoded.first(size), [&](Bytes piece) {
      SLUICE_ASSERT(!piece.empty());
      outcome.text += asText(piece);
      return Wish::More;
    });
    if (!fed) {
      outcome.code = fed.error().code;
      return outcome;
    }
    encoded = encoded.subspan(size);
  }
  if (const auto finished = decoder.finish(); !finished) outcome.code = finished.error().code;
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The first byte: one or two codings, and the cut.
  std::vector<Coding> codings{Coding(data[0] & 3)};
  if ((data[0] & 4) != 0) codings.push_back(Coding((data[0] >> 3) & 3));
  const Bytes encoded = std::as_bytes(std::span(data + 1, size - 1));
  const Outcome whole = decode(codings, encoded, 0);
  const Outcome pieces = decode(codings, encoded, 1 + (data[0] >> 5));
  SLUICE_ASSERT(whole.text.size() <= kDecodedBytesMax);
  const bool strict = std::find(codings.begin(), codings.end(), Coding::Zstd) == codings.end();
  SLUICE_ASSERT(!strict || whole.code == pieces.code);
  if (whole.code == Code::None && pieces.code == Code::None) SLUICE_ASSERT(whole.text == pieces.text);
  return 0;
}
