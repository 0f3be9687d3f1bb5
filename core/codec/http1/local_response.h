// Responses that the proxy makes itself: small, readable in a terminal, naming which side failed and why. Any thread.
// Limits: kLocalDetailBytesMax of an error's detail are shown.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/codec/http1/persistence.h"

namespace sluice::http1 {

// The answer to a CONNECT whose tunnel is open.
inline constexpr std::string_view kConnectionEstablished = "HTTP/1.1 200 Connection established\r\n\r\n";

enum class BodyKind : std::uint8_t { Send, Omit };  // Omit: the answer to HEAD; Content-Length still tells the size

// The status that tells a client of this error: 400, 408, 431, 501, 502, 503, 504, 508 or 500.
int statusFor(const Error& error);

// "Bad Gateway"; "Error" for a status that has no name here.
std::string_view reasonPhrase(int status);

// Head and body. The body is plain UTF-8 text; bytes of the error's detail that could upset a terminal show as \xNN.
std::string errorResponse(int status, const Error& error, Persistence connection, BodyKind body);
inline std::string errorResponse(const Error& error, Persistence connection, BodyKind body) {
  return errorResponse(statusFor(error), error, connection, body);
}

}  // namespace sluice::http1
