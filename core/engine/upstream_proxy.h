// The proxy that upstream connections go through, if there is one, and what goes past it. Values; any thread.
#pragma once

#include <asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/codec/socks5/server_handshake.h"

namespace sluice::engine {

struct UpstreamProxy {
  enum class Kind : std::uint8_t { Http, Socks5 };
  Kind kind = Kind::Http;
  std::string host;  // without brackets
  std::uint16_t port = 0;
  std::optional<socks5::Credentials> credentials;

  std::string name() const;  // "http://host:3128", without credentials
};

// "http://user:password@host:3128", "socks5://host:1080"; without a port 8080 and 1080; user and password may be
// percent-encoded. Errors: BadArgument; a password is never repeated.
Result<UpstreamProxy> parseUpstreamProxy(std::string_view text);

// Hosts that are reached without the proxy. Written as everywhere: names (with all below them), *.names, addresses, networks
// (10.0.0.0/8), each perhaps with a port; "*" is everything.
class DirectHosts {
 public:
  static constexpr std::string_view kDefault = "localhost,127.0.0.0/8,::1";

  static Result<DirectHosts> parse(std::string_view list);
  bool hold(std::string_view host, std::uint16_t port) const;

 private:
  struct Entry {
    std::string name;  // lower case; empty: an address
    asio::ip::address network;
    unsigned prefixBits = 0;
    std::uint16_t port = 0;  // 0: any
    bool everything = false;
  };
  static Result<Entry> parseEntry(std::string_view text);
  static bool holds(const Entry& entry, std::string_view name, const std::optional<asio::ip::address>& address);

  std::vector<Entry> entries_;
};

struct UpstreamRoute {
  std::optional<UpstreamProxy> proxy;
  DirectHosts direct;

  // Null: straight there.
  const UpstreamProxy* proxyFor(std::string_view host, std::uint16_t port) const {
    return proxy && !direct.hold(host, port) ? &*proxy : nullptr;
  }
};

// "Basic dXNlcjpwYXNzd29yZA==" (RFC 7617); empty without credentials.
std::string basicAuthorization(const std::optional<socks5::Credentials>& credentials);

}  // namespace sluice::engine
