#include "core/engine/upstream_proxy.h"

#include <algorithm>
#include <charconv>

#include "core/codec/http1/chars.h"
#include "core/codec/http1/target.h"

namespace sluice::engine {
namespace {

using asio::ip::address;

constexpr std::uint16_t kHttpPort = 8080, kSocksPort = 1080;
constexpr std::size_t kSocksTextMax = 255;  // RFC 1929: a byte says how long it is

tl::unexpected<Error> bad(std::string why) { return fail(Side::Local, Code::BadArgument, std::move(why)); }

std::optional<unsigned> numberOf(std::string_view digits) {
  unsigned number = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  const bool whole = failed == std::errc{} && end == digits.data() + digits.size();
  return whole ? std::optional(number) : std::nullopt;
}

std::string percentDecoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int byte = 0;
    const auto hex = text.substr(i + 1 > text.size() ? text.size() : i + 1, 2);
    const bool encoded = text[i] == '%' && hex.size() == 2 &&
                         std::from_chars(hex.data(), hex.data() + 2, byte, 16).ptr == hex.data() + 2;
    out += encoded ? static_cast<char>(byte) : text[i];
    if (encoded) i += 2;
  }
  return out;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), http1::lower);
  return out;
}

std::optional<address> addressOf(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  std::error_code code;
  const auto parsed = asio::ip::make_address(std::string(text), code);
  return code ? std::nullopt : std::optional(parsed);
}

// Whether the first bits are the same; of two families never.
bool isWithin(const address& network, unsigned prefixBits, const address& host) {
  if (network.is_v4() != host.is_v4()) return false;
  const auto same = [prefixBits](const auto& a, const auto& b) {
    for (unsigned bit = 0; bit < prefixBits; ++bit) {
      const int mask = 0x80 >> bit % 8;
      if ((a[bit / 8] & mask) != (b[bit / 8] & mask)) return false;
    }
    return true;
  };
  return network.is_v4() ? same(network.to_v4().to_bytes(), host.to_v4().to_bytes())
                         : same(network.to_v6().to_bytes(), host.to_v6().to_bytes());
}

}  // namespace

std::string UpstreamProxy::name() const {
  const auto bracketed = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  return (kind == Kind::Http ? "http://" : "socks5://") + bracketed + ":" + std::to_string(port);
}

Result<UpstreamProxy> parseUpstreamProxy(std::string_view text) {
  constexpr char kExpected[] = "the upstream proxy is given as http://HOST:PORT or socks5://HOST:PORT, "
                                         "perhaps with USER:PASSWORD@ before HOST";
  UpstreamProxy proxy;
  if (text.starts_with("http://")) {
    proxy.kind = UpstreamProxy::Kind::Http;
  } else if (text.starts_with("socks5://") || text.starts_with("socks5h://")) {
    proxy.kind = UpstreamProxy::Kind::Socks5;
  } else {
    return bad(kExpected);
  }
  auto rest = text.substr(text.find("://") + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
    const auto both = rest.substr(0, at);
    const auto colon = std::min(both.find(':'), both.size());
    proxy.credentials = {percentDecoded(both.substr(0, colon)),
                         percentDecoded(both.substr(std::min(colon + 1, both.size())))};
    const auto& [user, password] = *proxy.credentials;
    if (user.empty() || user.size() > kSocksTextMax || password.size() > kSocksTextMax ||
        (proxy.kind == UpstreamProxy::Kind::Socks5 && password.empty())) {
      return bad(kExpected + std::string("; of both, 1 to 255 bytes"));
    }
    rest.remove_prefix(at + 1);
  }
  const auto authority = http1::parseAuthority(rest);
  if (!authority) return bad(kExpected + (": " + authority.error().detail));
  proxy.host = authority->host;
  proxy.port = authority->port;
  if (proxy.port == 0) proxy.port = proxy.kind == UpstreamProxy::Kind::Http ? kHttpPort : kSocksPort;
  return proxy;
}

Result<DirectHosts::Entry> DirectHosts::parseEntry(std::string_view text) {
  const auto wrong = [&] {
    return bad("'" + std::string(text) + "' in the list of hosts without proxy is no name, address or network");
  };
  Entry entry;
  if (text == "*") {
    entry.everything = true;
    return entry;
  }
  auto host = text;
  const auto colon = text.rfind(':');
  const bool bare6 = text.find(':') != colon && !text.starts_with('[');  // an IPv6 address has no port without brackets
  if (colon != std::string_view::npos && !bare6 && text.find(']', colon) == std::string_view::npos) {
    const auto port = numberOf(text.substr(colon + 1));
    if (!port || *port == 0 || *port > 65535) return wrong();
    entry.port = static_cast<std::uint16_t>(*port);
    host = text.substr(0, colon);
  }
  const auto slash = host.find('/');
  if (const auto network = addressOf(host.substr(0, slash))) {
    const unsigned bitsMax = network->is_v4() ? 32 : 128;
    const auto bits = slash == std::string_view::npos ? std::optional(bitsMax) : numberOf(host.substr(slash + 1));
    if (!bits || *bits > bitsMax) return wrong();
    entry.network = *network;
    entry.prefixBits = *bits;
    return entry;
  }
  if (host.starts_with("*.")) host.remove_prefix(1);
  if (host.starts_with('.')) host.remove_prefix(1);
  if (host.empty() || host.find_first_of("/*@: ") != std::string_view::npos) return wrong();
  entry.name = lowered(host);
  return entry;
}

Result<DirectHosts> DirectHosts::parse(std::string_view list) {
  DirectHosts hosts;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    const auto text = http1::trim(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
    if (text.empty()) continue;
    auto entry = parseEntry(text);
    if (!entry) return fail(std::move(entry.error()));
    hosts.entries_.push_back(std::move(*entry));
  }
  return hosts;
}

bool DirectHosts::holds(const Entry& entry, std::string_view name, const std::optional<address>& host) {
  if (entry.everything) return true;
  if (host) return entry.name.empty() && isWithin(entry.network, entry.prefixBits, *host);
  if (entry.name.empty() || !name.ends_with(entry.name)) return false;
  return name.size() == entry.name.size() || name[name.size() - entry.name.size() - 1] == '.';
}

bool DirectHosts::hold(std::string_view host, std::uint16_t port) const {
  const auto address = addressOf(host);
  auto name = lowered(host);
  if (name.ends_with('.')) name.pop_back();
  return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return (entry.port == 0 || entry.port == port) && holds(entry, name, address);
  });
}

std::string basicAuthorization(const std::optional<socks5::Credentials>& credentials) {
  if (!credentials) return {};
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto text = credentials->user + ":" + credentials->password;
  std::string out = "Basic ";
  for (std::size_t i = 0; i < text.size(); i += 3) {
    unsigned bits = 0;
    for (std::size_t j = 0; j < 3; ++j) bits = bits << 8 | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += i + j <= text.size() ? kDigits[bits >> (18 - 6 * j) & 63] : '=';
  }
  return out;
}

}  // namespace sluice::engine
