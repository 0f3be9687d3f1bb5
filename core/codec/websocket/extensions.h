// What client and server agreed on in the opening handshake of a WebSocket, as far as reading its frames needs it
// (RFC 6455 section 9.1, RFC 7692 section 7). Any thread.
#pragma once

#include <optional>
#include <string_view>

namespace sluice::websocket {

// permessage-deflate, as accepted. Whoever does not keep its context begins each message anew.
struct Deflate {
  bool clientKeepsContext = true;
  bool serverKeepsContext = true;
  friend bool operator==(const Deflate&, const Deflate&) = default;
};

// From the value of Sec-WebSocket-Extensions in the response; several fields are given joined by commas. Nothing when
// permessage-deflate was not accepted, or not as the first extension: then RSV1 has a meaning that is not known here.
std::optional<Deflate> acceptedDeflate(std::string_view fieldValue);

}  // namespace sluice::websocket
