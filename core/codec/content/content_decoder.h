// Undoes the content codings of a captured body (RFC 9110 8.4), piece by piece and in bounded memory, for whoever shows,
// searches or exports it; what passes through the proxy is never decoded. One thread at a time.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/codec/content/coding_decoder.h"
#include "core/codec/content/content_coding.h"

namespace sluice::content {

class ContentDecoder {
 public:
  // Takes decoded bytes, never none of them; they are valid during the call. Enough ends the decoding.
  using Sink = std::function<Wish(Bytes)>;

  // `codings` in the order in which they were applied; without any, the bytes pass as they are.
  // `decodedBytesMax`: what the sink gets at most, then DecodedTooLarge: a small body must not fill a disk.
  ContentDecoder(std::span<const Coding> codings, std::uint64_t decodedBytesMax);

  // Enough: the sink said so. Errors: BadCoding (names the coding), DecodedTooLarge, OutOfMemory.
  // REQUIRES: no error and no Enough came before.
  Result<Wish> feed(Bytes encoded, const Sink& sink);

  // After the last byte. BadCoding when the body ended before its coding did; a body of no bytes at all is whole.
  Result<void> finish() const;

 private:
  Result<Wish> feedStage(std::size_t stage, Bytes bytes, const Sink& sink);
  Result<Wish> give(Bytes decoded, const Sink& sink);

  struct Stage {
    Coding coding;
    std::unique_ptr<CodingDecoder> decoder;
  };
  std::vector<Stage> stages_;  // in the order of undoing: the coding that was applied last comes first
  std::uint64_t decodedBytesLeft_;
  bool fed_ = false;
};

}  // namespace sluice::content
