// One content coding undone: what this folder's files share. One thread at a time.
#pragma once

#include <array>
#include <functional>
#include <memory>

#include "core/base/bytes.h"
#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/codec/content/content_coding.h"

namespace sluice::content {

// What a sink wants after it has taken a piece.
enum class Wish : std::uint8_t { More, Enough };

class CodingDecoder {
 public:
  using Sink = std::function<Result<Wish>(Bytes)>;

  virtual ~CodingDecoder() = default;
  // Takes all of `encoded`, unless the sink has enough or fails. BadCoding when it is not of this coding; what the sink
  // got before stays true.
  virtual Result<Wish> feed(Bytes encoded, const Sink& sink) = 0;
  // Whether the stream could end here.
  virtual bool isWhole() const = 0;
};

// Room for one piece of output, so that no decoder allocates while it works.
using DecoderOutput = std::array<std::byte, limits::kDecoderOutputBytes>;

inline tl::unexpected<Error> badCoding(Coding coding, std::string_view why) {
  return fail(Side::Local, Code::BadCoding, std::string(name(coding)) + ": " + std::string(why));
}

std::unique_ptr<CodingDecoder> makeGzipDecoder();
std::unique_ptr<CodingDecoder> makeDeflateDecoder();
std::unique_ptr<CodingDecoder> makeBrotliDecoder();
std::unique_ptr<CodingDecoder> makeZstdDecoder();

}  // namespace sluice::content
