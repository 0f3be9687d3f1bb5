// What a client begins to speak where anything may be spoken: behind CONNECT or SOCKS, on a reverse listener, inside TLS.
// Pure; any thread. Decides at the earliest byte that allows it; how the bytes were cut never changes the answer.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"

namespace sluice::session {

enum class Sniffed : std::uint8_t {
  NeedMore,  // could still be TLS or HTTP/1
  Tls,       // a TLS handshake record whose first message is a ClientHello
  Http1,     // a request line of HTTP/1.x that asks this very server: its target is a path, or "*"
  Raw,       // anything else: server-first protocols too, and HTTP that is meant for another proxy
};

// Whether this begins as TLS would; needs one byte.
bool beginsTls(Bytes first);

// `first`: everything the client has sent so far. Once it is not NeedMore, more bytes do not change the answer.
// Looks at no more than limits::kSniffedBytesMax: what could still be HTTP/1 by then is Raw.
Sniffed sniff(Bytes first);

}  // namespace sluice::session
