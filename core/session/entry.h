// What a listener takes its connections for: how a client begins, and where it is taken. Values; immutable once connections
// use them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/codec/socks5/server_handshake.h"

namespace sluice::session {

// A server that requests name a path on: that of a reverse listener, or what CONNECT or SOCKS asked for.
struct Origin {
  enum class Scheme : std::uint8_t { Http, Https };

  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::string authority;  // as in a URL: with brackets, without the scheme's own port
  Scheme scheme = Scheme::Http;
};
Origin httpOrigin(std::string host, std::uint16_t port);
// `name` is what URLs show: the host, or what the client calls it.
Origin httpsOrigin(std::string host, std::uint16_t port, std::string name);

struct Entry {
  enum class Kind : std::uint8_t {
    Regular,  // a proxy: requests name whole URLs, CONNECT opens tunnels
    Reverse,  // as if it were the origin: every request goes there, with its name in Host
    Socks,    // SOCKS5, SOCKS4 and SOCKS4a
  };
  Kind kind = Kind::Regular;
  Origin origin;                                   // Reverse
  std::optional<socks5::Credentials> credentials;  // Socks: who may come in; without, anybody
};

}  // namespace sluice::session
