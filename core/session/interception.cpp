#include "core/session/interception.h"

#include "core/codec/http1/chars.h"
#include "core/codec/tls/client_hello.h"

namespace sluice::session {
namespace {

// Linear in practice: only the last star is ever tried again.
bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0, in = 0, star = std::string_view::npos, retry = 0;
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      retry = in;
    } else if (at < pattern.size() && http1::lower(pattern[at]) == http1::lower(text[in])) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++retry;
    } else {
      return false;
    }
  }
  while (at < pattern.size() && pattern[at] == '*') ++at;
  return at == pattern.size();
}

}  // namespace

bool matchesHost(std::string_view pattern, std::string_view host, std::uint16_t port) {
  const std::size_t colon = pattern.rfind(':');
  const bool bracketed = pattern.starts_with('[');
  const std::size_t bracket = bracketed ? pattern.find(']') : std::string_view::npos;
  // A single colon, or one behind the brackets, divides host and port; more than one are an IPv6 address.
  const bool hasPort = colon != std::string_view::npos &&
                       (bracketed ? colon == bracket + 1 : pattern.find(':') == colon);
  if (hasPort && pattern.substr(colon + 1) != std::to_string(port)) return false;
  std::string_view name = hasPort ? pattern.substr(0, colon) : pattern;
  if (bracketed && name.ends_with(']')) name = name.substr(1, name.size() - 2);
  return matches(name, host);
}

std::string reasonToPass(const InterceptionPolicy& policy, const tls::ClientHello& hello, const std::string& host, std::uint16_t port) {
  if (!policy.intercept) return "not decrypted: interception is off";
  for (const auto& pattern : policy.passThrough) {
    if (matchesHost(pattern, host, port)) return "not decrypted: '" + pattern + "' is on the list of hosts that pass through";
  }
  if (hello.accepts("http/1.1")) return {};
  return "not decrypted: the client offers " + hello.protocols.front() + " and not http/1.1";
}

bool verifies(const InterceptionPolicy& policy, const std::string& host, std::uint16_t port) {
  if (!policy.verifyServers) return false;
  for (const auto& pattern : policy.unverified) {
    if (matchesHost(pattern, host, port)) return false;
  }
  return true;
}

}  // namespace sluice::session
