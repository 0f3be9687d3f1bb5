// Which TLS connections are decrypted, and how their servers are checked. Values; immutable while sessions use them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::tls {
struct ClientHello;
}

namespace sluice::session {

struct InterceptionPolicy {
  bool intercept = false;
  bool verifyServers = true;
  std::vector<std::string> passThrough = {};  // patterns of hosts that are never decrypted
  std::vector<std::string> unverified = {};   // patterns of hosts whose certificate may be anything
};

// Whether host (without brackets) and port fit "host", "*.example.com", "host:8443" or "[::1]:443". A star stands for any
// run of characters, dots too; letters compare without case; without a port every port fits.
bool matchesHost(std::string_view pattern, std::string_view host, std::uint16_t port);

// Why this client's TLS passes undecrypted, as a sentence for its row; empty: it is decrypted.
std::string reasonToPass(const InterceptionPolicy& policy, const tls::ClientHello& hello, const std::string& host, std::uint16_t port);

bool verifies(const InterceptionPolicy& policy, const std::string& host, std::uint16_t port);

}  // namespace sluice::session
