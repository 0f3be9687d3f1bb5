#include "core/pipe/chunked_filter.h"

#include <algorithm>
#include <cstdio>
#include <limits>

#include "core/base/limits.h"

namespace sluice::pipe {
namespace {

constexpr std::uint64_t kSizeMax = std::numeric_limits<std::int64_t>::max();
constexpr std::uint64_t kLastChunk = 5;  // "0" CRLF CRLF

int hexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool isBlank(char c) { return c == ' ' || c == '\t'; }

// Visible characters, blanks and obs-text: what may stand in a field value or an extension.
bool isText(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte >= 0x20 && byte != 0x7f) || c == '\t';
}

// RFC 9110, 5.6.2.
bool isTokenChar(char c) {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

Slice partOf(const Slice& raw, std::size_t from, std::size_t size) {
  Slice part = raw;
  part.data += from;
  part.size = size;
  return part;
}

}  // namespace

InputFilter::Fed ChunkedFilter::feed(const Slice& raw, FilterOutput& out) {
  const std::string_view text = asText(raw.bytes());
  std::size_t at = 0;
  while (at < text.size() && place_ != Place::Complete) {
    if (place_ == Place::Data) {
      at += takeData(raw, at, out);
    } else if (take(text[at])) {
      ++at;
    } else {
      break;
    }
  }
  if (mode_ == Mode::Pass && at > 0) out.pass(partOf(raw, 0, at));
  if (place_ == Place::Failed) return {at, State::Failed};
  return {at, place_ == Place::Complete ? State::Complete : State::More};
}

std::size_t ChunkedFilter::takeData(const Slice& raw, std::size_t from, FilterOutput& out) {
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(size_, raw.size - from));
  const Slice part = partOf(raw, from, count);
  if (mode_ == Mode::Strip) out.pass(part);
  out.body(part.bytes());
  bodyBytes_ += count;
  size_ -= count;
  if (size_ == 0) place_ = Place::DataCr;
  return count;
}

bool ChunkedFilter::take(char c) {
  switch (place_) {
    case Place::SizeStart:
    case Place::Size:
    case Place::SizeSpace:
    case Place::Extension: return takeSizeLine(c);
    case Place::SizeLf: return endSizeLine(c);
    case Place::DataCr: return expect(c, '\r', Place::DataLf);
    case Place::DataLf: return expect(c, '\n', Place::SizeStart);
    case Place::LineStart:
    case Place::FieldName:
    case Place::FieldValue:
    case Place::FieldLf: return takeTrailer(c);
    case Place::EndLf: return expect(c, '\n', Place::Complete);
    case Place::Data:
    case Place::Complete:
    case Place::Failed: break;
  }
  return false;
}

bool ChunkedFilter::takeSizeLine(char c) {
  if (place_ == Place::SizeStart) lineBytes_ = 0;
  if (++lineBytes_ > limits::kChunkLineBytesMax) return fault(Code::ChunkLineTooLong, "chunk size line", c);

  const int digit = hexDigit(c);
  if (digit >= 0 && (place_ == Place::SizeStart || place_ == Place::Size)) {
    if (place_ == Place::SizeStart) size_ = 0;
    if (size_ > (kSizeMax >> 4)) return fault(Code::BadChunk, "chunk size is too large, next digit", c);
    size_ = size_ << 4 | static_cast<std::uint64_t>(digit);
    place_ = Place::Size;
    return true;
  }
  if (place_ == Place::SizeStart) return fault(Code::BadChunk, "chunk size expected", c);
  if (c == '\r') {
    if (place_ == Place::Extension && extensions_.size() < limits::kChunkExtensionBytesKept)
      extensions_.push_back('\n');
    place_ = Place::SizeLf;
    return true;
  }
  if (place_ != Place::Extension) {
    if (isBlank(c)) {  // optional space before an extension; old servers pad sizes with it
      place_ = Place::SizeSpace;
      return true;
    }
    if (c != ';') return fault(Code::BadChunk, "after the chunk size", c);
    place_ = Place::Extension;
  }
  if (!isText(c)) return fault(Code::BadChunk, "in a chunk extension", c);
  if (extensions_.size() < limits::kChunkExtensionBytesKept) extensions_.push_back(c);
  return true;
}

bool ChunkedFilter::endSizeLine(char c) {
  if (size_ == 0) return expect(c, '\n', Place::LineStart);
  if (!expect(c, '\n', Place::Data)) return false;
  ++chunks_;
  return true;
}

bool ChunkedFilter::takeTrailer(char c) {
  if (place_ == Place::LineStart && c == '\r') {
    place_ = Place::EndLf;
    return true;
  }
  if (trailers_.size() == limits::kTrailerBytesMax) return fault(Code::HeadTooLarge, "trailer section", c);
  if (place_ == Place::FieldLf) {
    if (!expect(c, '\n', Place::LineStart)) return false;
  } else if (place_ == Place::FieldValue) {
    if (c == '\r') {
      place_ = Place::FieldLf;
    } else if (!isText(c)) {
      return fault(Code::BadChunk, "in a trailer field's value", c);
    }
  } else if (place_ == Place::FieldName && c == ':') {
    place_ = Place::FieldValue;
  } else if (isTokenChar(c)) {
    place_ = Place::FieldName;
  } else {
    return fault(Code::BadChunk, "in a trailer field's name", c);
  }
  trailers_.push_back(c);
  return true;
}

bool ChunkedFilter::expect(char c, char wanted, Place next) {
  if (c != wanted) return fault(Code::BadChunk, wanted == '\r' ? "CRLF expected" : "LF expected after CR", c);
  place_ = next;
  return true;
}

bool ChunkedFilter::fault(Code code, const char* where, char c) {
  char detail[96];
  std::snprintf(detail, sizeof detail, "%s: byte 0x%02x after %llu body bytes", where,
                static_cast<unsigned>(static_cast<unsigned char>(c)), static_cast<unsigned long long>(bodyBytes_));
  error_ = {code, side_, 0, detail};
  place_ = Place::Failed;
  return false;
}

std::optional<std::uint64_t> ChunkedFilter::due() const {
  // What follows a size that is complete: its data, CRLF and the last chunk; or the empty line that ends everything.
  const std::uint64_t afterLine = size_ == 0 ? 2 : size_ + 2 + kLastChunk;
  switch (place_) {
    case Place::SizeStart: return kLastChunk;
    case Place::Size:
    case Place::SizeSpace:
    case Place::Extension: return 2 + afterLine;
    case Place::SizeLf: return 1 + afterLine;
    case Place::Data: return afterLine;
    case Place::DataCr: return 2 + kLastChunk;
    case Place::DataLf: return 1 + kLastChunk;
    case Place::LineStart: return 2;
    case Place::FieldName: return 5;
    case Place::FieldValue: return 4;
    case Place::FieldLf: return 3;
    case Place::EndLf: return 1;
    case Place::Complete: return 0;
    case Place::Failed: return std::nullopt;
  }
  return std::nullopt;
}

Error ChunkedFilter::endError() const {
  if (place_ == Place::Complete) return {};
  if (place_ == Place::Failed) return error_;
  std::string detail = "the chunked body has no end";
  if (place_ == Place::Data) detail = std::to_string(size_) + " bytes of a chunk are missing";
  return {Code::EndedEarly, side_, 0, detail};
}

}  // namespace sluice::pipe
