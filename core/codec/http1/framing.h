// How long the body of a message is (RFC 9112 section 6). Strict wherever two readers could disagree, because that is
// how requests are smuggled: Content-Length beside Transfer-Encoding, lengths that differ, lengths that are not plain
// digits, Transfer-Encoding in HTTP/1.0, chunked that is not last, unknown codings. Several Content-Length values
// that are all the same text are accepted, as the RFC allows, and forwarded as one (see forward.h). Any thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/result.h"
#include "core/codec/http1/head.h"

namespace sluice::http1 {

struct Framing {
  enum class Kind : std::uint8_t {
    None,    // no body
    Length,  // exactly `length` bytes, which may be 0
    Chunked,
    UntilClose,  // responses only
  };

  Kind kind = Kind::None;
  std::uint64_t length = 0;  // Kind::Length: at most 2^63 - 1

  // Whether a byte may follow the head.
  bool hasBody() const { return kind != Kind::None && (kind != Kind::Length || length > 0); }

  static Framing none() { return {}; }
  static Framing ofLength(std::uint64_t bytes) { return {Kind::Length, bytes}; }
  static Framing chunked() { return {Kind::Chunked, 0}; }
  static Framing untilClose() { return {Kind::UntilClose, 0}; }
  friend bool operator==(const Framing&, const Framing&) = default;
};

// Errors: Code::BadFraming, with the side that sent the head.
Result<Framing> requestFraming(const Head& request);

// No body for HEAD, 1xx, 204, 304 and a 2xx to CONNECT, whatever the fields say.
Result<Framing> responseFraming(const Head& response, std::string_view requestMethod);

}  // namespace sluice::http1
