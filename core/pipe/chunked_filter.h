// The chunked transfer coding (RFC 9112, 7.1), strict: no bare LF, no size that overflows, bounded lines and
// trailers. Strip hands on the payload alone; Pass hands on the raw bytes, framing, extensions and trailers included,
// up to the message's exact end, so that an untouched message leaves byte-identical. Either way the tap gets the
// payload alone. One loop's thread.
#pragma once

#include <string>

#include "core/pipe/input_filter.h"

namespace sluice::pipe {

class ChunkedFilter final : public InputFilter {
 public:
  enum class Mode : std::uint8_t { Strip, Pass };

  // `side` is blamed for malformed framing.
  explicit ChunkedFilter(Mode mode = Mode::Pass, Side side = Side::Upstream) : mode_(mode), side_(side) {}

  Fed feed(const Slice& raw, FilterOutput& out) override;
  std::optional<std::uint64_t> due() const override;
  Error endError() const override;
  const Error& error() const override { return error_; }

  // For the capture. Raw field lines after the last chunk, each with its CRLF; empty when there were none.
  const std::string& trailers() const { return trailers_; }
  // Raw extensions of each chunk that had any, one to a line, from the semicolon on: ";name=value\n"; at most
  // limits::kChunkExtensionBytesKept bytes of them.
  const std::string& extensions() const { return extensions_; }
  std::uint64_t bodyBytes() const { return bodyBytes_; }
  std::uint64_t chunks() const { return chunks_; }  // without the last, empty one

 private:
  enum class Place : std::uint8_t {
    SizeStart,
    Size,
    SizeSpace,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    LineStart,
    FieldName,
    FieldValue,
    FieldLf,
    EndLf,
    Complete,
    Failed,
  };

  bool take(char c);
  bool takeSizeLine(char c);
  bool takeTrailer(char c);
  bool expect(char c, char wanted, Place next);
  bool endSizeLine(char c);
  std::size_t takeData(const Slice& raw, std::size_t from, FilterOutput& out);
  bool fault(Code code, const char* where, char c);

  Mode mode_;
  Side side_;
  Place place_ = Place::SizeStart;
  std::uint64_t size_ = 0;     // of the chunk whose line is being read, then what is left of its data
  std::size_t lineBytes_ = 0;  // of the size line so far
  std::uint64_t bodyBytes_ = 0;
  std::uint64_t chunks_ = 0;
  std::string trailers_;
  std::string extensions_;
  Error error_;
};

}  // namespace sluice::pipe
