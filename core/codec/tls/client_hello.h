// The first message of a TLS client, read without a handshake: whom it wants to reach and what it offers (RFC 8446
// section 4.1.2, RFC 5246 section 7.4.1.2). Any thread. Limits: kClientHelloBytesMax, kOfferedProtocolsMax.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::tls {

struct ClientHello {
  std::uint16_t versionMax = 0;        // 0x0304: TLS 1.3; what it offers at most
  std::string serverName;              // SNI, in lower case; empty when there is none
  std::vector<std::string> protocols;  // ALPN, in its order of preference

  // Whether `protocol` may be agreed on: it is offered, or nothing is.
  bool accepts(std::string_view protocol) const;
};

// `first`: everything the client has sent so far, beginning with a handshake record. Nothing: more is needed.
// Errors: Code::TlsFailed, side client, for what is malformed or too large.
Result<std::optional<ClientHello>> parseClientHello(Bytes first);

}  // namespace sluice::tls
