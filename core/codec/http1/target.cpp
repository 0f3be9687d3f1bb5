#include "core/codec/http1/target.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/codec/http1/chars.h"
#include "core/codec/http1/text.h"

namespace sluice::http1 {
namespace {

constexpr std::size_t kPortDigitsMax = 5;

tl::unexpected<Error> bad(std::string detail) { return fail(Side::Client, Code::BadTarget, std::move(detail)); }

// REQUIRES: `text` has no control bytes and no spaces, as the parser sees to.
bool isRegisteredName(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is(kHostChar, text[i])) continue;
    const bool isEncoded = text[i] == '%' && skip(kHexDigit, text.substr(i + 1, 2)) == 2;
    if (!isEncoded) return false;
    i += 2;
  }
  return !text.empty();
}

bool isIpv4(std::string_view text) {
  for (int octets = 1;; ++octets) {
    const std::size_t digits = skip(kDigit, text);
    if (digits == 0 || digits > 3 || (digits > 1 && text[0] == '0')) return false;
    if (digits == 3 && text.substr(0, 3) > "255") return false;
    text.remove_prefix(digits);
    if (octets == 4) return text.empty();
    if (!text.starts_with('.')) return false;
    text.remove_prefix(1);
  }
}

// RFC 4291 section 2.2: up to eight groups, one run of them left out, the last two perhaps as IPv4.
bool isIpv6(std::string_view text) {
  std::size_t groups = 0;
  bool elided = false;
  if (text.starts_with(':') && !text.starts_with("::")) return false;
  while (!text.empty()) {
    if (text.starts_with("::")) {
      if (elided) return false;
      elided = true;
      text.remove_prefix(2);
      continue;
    }
    if (text.starts_with(':')) text.remove_prefix(1);
    const std::size_t digits = skip(kHexDigit, text);
    if (digits < text.size() && text[digits] == '.') {
      groups += 2;
      return isIpv4(text) && (elided ? groups < 8 : groups == 8);
    }
    if (digits == 0 || digits > 4) return false;
    if (digits < text.size() && text[digits] != ':') return false;
    ++groups;
    text.remove_prefix(digits);
  }
  return elided ? groups < 8 : groups == 8;
}

// REQUIRES: `digits` is not empty.
Result<std::uint16_t> parsePort(std::string_view digits) {
  unsigned port = 0;
  const bool isNumber = skip(kDigit, digits) == digits.size() && digits.size() <= kPortDigitsMax;
  for (const char digit : digits.substr(0, kPortDigitsMax)) port = port * 10 + unsigned(digit - '0');
  if (!isNumber || port == 0 || port > 65535) return bad("port " + inQuotes(digits) + " is not from 1 to 65535");
  return static_cast<std::uint16_t>(port);
}

Target::Scheme schemeOf(std::string_view text) {
  if (equalsIgnoringCase(text, "http")) return Target::Scheme::Http;
  return equalsIgnoringCase(text, "https") ? Target::Scheme::Https : Target::Scheme::Other;
}

std::uint16_t defaultPort(Target::Scheme scheme) {
  switch (scheme) {
    case Target::Scheme::Http: return 80;
    case Target::Scheme::Https: return 443;
    case Target::Scheme::None:
    case Target::Scheme::Other: return 0;
  }
  return 0;
}

// RFC 3986 section 3.1: letters, digits, "+", "-" and ".", a letter first.
bool isScheme(std::string_view text) {
  const auto isLetterOrDigit = [](char c) { return is(kDigit, c) || (lower(c) >= 'a' && lower(c) <= 'z'); };
  const auto isSchemeChar = [&](char c) { return isLetterOrDigit(c) || c == '+' || c == '-' || c == '.'; };
  return !text.empty() && isLetterOrDigit(text[0]) && !is(kDigit, text[0]) &&
         std::all_of(text.begin(), text.end(), isSchemeChar);
}

Result<Target> parseAbsolute(std::string_view text, std::size_t schemeEnd) {
  Target target;
  target.form = Target::Form::Absolute;
  target.schemeText = text.substr(0, schemeEnd);
  target.scheme = schemeOf(target.schemeText);
  const std::string_view rest = text.substr(schemeEnd + 3);
  const std::size_t authorityEnd = std::min(rest.find_first_of("/?#"), rest.size());
  std::string_view authority = rest.substr(0, authorityEnd);
  // The last '@': what stands before it is user information, however strange, and must not be taken for a host.
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) {
    target.hadUserInfo = true;
    authority.remove_prefix(at + 1);
  }
  const auto parsed = parseAuthority(authority);
  if (!parsed) return fail(parsed.error());
  target.authority = *parsed;
  target.port = parsed->port != 0 ? parsed->port : defaultPort(target.scheme);
  target.pathAndQuery = rest.substr(authorityEnd);
  return target;
}

Result<Target> parseConnectTarget(std::string_view text) {
  const auto authority = parseAuthority(text);
  if (!authority) return fail(authority.error());
  if (authority->port == 0) return bad("CONNECT needs host:port, not " + inQuotes(text));
  Target target;
  target.form = Target::Form::Authority;
  target.authority = *authority;
  target.port = authority->port;
  return target;
}

}  // namespace

void Target::appendOriginForm(std::string& out) const {
  if (!pathAndQuery.starts_with('/')) out.push_back('/');
  out.append(pathAndQuery);
}

Result<Authority> parseAuthority(std::string_view text) {
  Authority authority;
  authority.text = text;
  authority.isIpv6 = text.starts_with('[');
  const std::size_t bracket = text.find(']');
  if (authority.isIpv6 && bracket == std::string_view::npos) return bad("no ] after the address in " + inQuotes(text));
  const std::size_t hostEnd = authority.isIpv6 ? bracket + 1 : std::min(text.find(':'), text.size());
  authority.host = authority.isIpv6 ? text.substr(1, bracket - 1) : text.substr(0, hostEnd);
  if (authority.host.empty()) return bad("no host in " + inQuotes(text));
  if (authority.host.size() > limits::kHostBytesMax) return bad("host is too long: " + inQuotes(authority.host));
  if (authority.isIpv6 && !isIpv6(authority.host)) return bad("not an IPv6 address: " + inQuotes(authority.host));
  if (!authority.isIpv6 && !isRegisteredName(authority.host))
    return bad("not a host name: " + inQuotes(authority.host));
  const std::string_view rest = text.substr(hostEnd);
  if (rest.empty() || rest == ":") return authority;
  if (rest[0] != ':') return bad("unexpected " + inQuotes(rest) + " after the address");
  const auto port = parsePort(rest.substr(1));
  if (!port) return fail(port.error());
  authority.port = *port;
  return authority;
}

Result<Target> parseTarget(std::string_view method, std::string_view text) {
  if (method == "CONNECT") return parseConnectTarget(text);
  Target target;
  if (text.starts_with('/')) {
    target.pathAndQuery = text;
    return target;
  }
  if (text == "*") {
    if (method != "OPTIONS") return bad("only OPTIONS can have the target *");
    target.form = Target::Form::Asterisk;
    return target;
  }
  const std::size_t schemeEnd = text.find("://");
  if (schemeEnd != std::string_view::npos && isScheme(text.substr(0, schemeEnd))) return parseAbsolute(text, schemeEnd);
  return bad("neither a path nor a URL: " + inQuotes(text));
}

bool isAddress(std::string_view host) { return isIpv4(host) || isIpv6(host); }

}  // namespace sluice::http1
