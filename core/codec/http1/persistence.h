// Whether a connection stays open after a message (RFC 9112 section 9.3). Any thread.
#pragma once

#include <cstdint>

#include "core/codec/http1/framing.h"
#include "core/codec/http1/head.h"

namespace sluice::http1 {

enum class Persistence : std::uint8_t { KeepOpen, Close };

// What this request lets us do with the client's connection once it is answered. HTTP/1.0 clients always close: a
// proxy must not keep a connection to one open (RFC 9112 section 9.3). `close` counts in Proxy-Connection too.
Persistence afterRequest(const Head& request);

// What this response lets us do with the upstream connection: closed when it says so, when its body ends only with the
// connection, when it is HTTP/1.0 without keep-alive, and when a 1xx or 204 announces a body, because its bytes would
// be taken for the next response.
Persistence afterResponse(const Head& response, const Framing& framing);

}  // namespace sluice::http1
