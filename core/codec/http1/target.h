// The request target in its four forms (RFC 9112 section 3.2), taken apart and checked. Views into the text given.
// Any thread. Limits: kHostBytesMax; ports 1 to 65535.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace sluice::http1 {

// host[:port], as in Host and in CONNECT.
struct Authority {
  std::string_view text;   // as received: "[::1]:8080"; without any user information
  std::string_view host;   // without brackets: "::1"
  std::uint16_t port = 0;  // 0: none given
  bool isIpv6 = false;     // it stood in brackets
};

struct Target {
  enum class Form : std::uint8_t { Origin, Absolute, Authority, Asterisk };
  enum class Scheme : std::uint8_t { None, Http, Https, Other };

  Form form = Form::Origin;
  Scheme scheme = Scheme::None;   // Absolute only. Only http can be sent on by a plain proxy
  std::string_view schemeText;    // Absolute only, as received
  Authority authority;            // Absolute and Authority
  std::uint16_t port = 0;         // Absolute and Authority: the given port or the scheme's own; 0 for other schemes
  std::string_view pathAndQuery;  // Origin: all of it. Absolute: may be empty or begin with '?'
  bool hadUserInfo = false;       // user:password@ stood before the host; it is never sent on

  // What goes upstream in origin-form: an empty path becomes "/".
  void appendOriginForm(std::string& out) const;
};

// Errors: Code::BadTarget, side client; the detail names the part that is wrong and its value.
Result<Target> parseTarget(std::string_view method, std::string_view target);

// Whether a host (without brackets) is an IPv4 or IPv6 address and no name.
bool isAddress(std::string_view host);

// host[:port] with every check; for the Host field and whatever else names a host. An empty port ("host:") is as none.
Result<Authority> parseAuthority(std::string_view text);

}  // namespace sluice::http1
