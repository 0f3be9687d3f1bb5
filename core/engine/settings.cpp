#include "core/engine/settings.h"

#include <utility>

#include "core/codec/http1/target.h"
#include "platform/net/address.h"

namespace sluice::engine {
namespace {

using session::Entry;

constexpr std::string_view kReverse = "reverse:";
constexpr std::string_view kProfile = ",profile=";
constexpr std::string_view kSocks = "socks5";
constexpr std::size_t kSocksTextMax = 255;  // RFC 1929: a byte says how long it is

Result<void> readReverse(ListenerSpec& spec) {
  const auto bad = [&](const std::string& why) {
    return fail(Side::Local, Code::BadArgument,
                "listener '" + spec.text + "': " + why + "; expected reverse:http://HOST:PORT@ADDRESS:PORT or reverse:https://...");
  };
  const auto url = std::string_view(spec.kind).substr(kReverse.size());
  const auto target = http1::parseTarget("GET", url);
  if (!target) return bad(target.error().detail);
  if (target->form != http1::Target::Form::Absolute) return bad("'" + std::string(url) + "' is not a URL");
  const bool secure = target->scheme == http1::Target::Scheme::Https;
  if (!secure && target->scheme != http1::Target::Scheme::Http) {
    return bad("'" + std::string(target->schemeText) + "' is not a scheme that can be served");
  }
  if (target->hadUserInfo || (!target->pathAndQuery.empty() && target->pathAndQuery != "/")) {
    return bad("only a host and a port can be served");
  }
  spec.entry.kind = Entry::Kind::Reverse;
  const std::string host(target->authority.host);
  spec.entry.origin = secure ? session::httpsOrigin(host, target->port, host) : session::httpOrigin(host, target->port);
  return {};
}

// "socks5" or "socks5:user:password"; the user has no colon.
Result<void> readSocks(ListenerSpec& spec) {
  spec.entry.kind = Entry::Kind::Socks;
  if (spec.kind == kSocks) return {};
  const auto both = std::string_view(spec.kind).substr(kSocks.size() + 1);
  const auto colon = both.find(':');
  const auto address = spec.text.substr(spec.text.rfind('@'));
  socks5::Credentials credentials{std::string(both.substr(0, colon)), {}};
  if (colon != std::string_view::npos) credentials.password = both.substr(colon + 1);
  spec.kind = kSocks;
  spec.text = std::string(kSocks) + ":...:..." + address;
  if (credentials.user.empty() || credentials.password.empty() || credentials.user.size() > kSocksTextMax ||
      credentials.password.size() > kSocksTextMax) {
    return fail(Side::Local, Code::BadArgument,
                "listener '" + spec.text + "': expected socks5:USER:PASSWORD" + address + ", at most 255 bytes each");
  }
  spec.entry.credentials = std::move(credentials);
  return {};
}

Result<void> readKind(ListenerSpec& spec) {
  if (spec.kind == "regular") return {};
  if (spec.kind == kSocks || spec.kind.starts_with(std::string(kSocks) + ":")) return readSocks(spec);
  if (spec.kind.starts_with(kReverse)) return readReverse(spec);
  return fail(Side::Local, Code::BadArgument,
              "unknown kind of listener '" + spec.kind + "' in '" + spec.text +
                  "': there are regular, reverse:http://HOST:PORT, reverse:https://HOST:PORT and socks5");
}

}  // namespace

Result<ListenerSpec> parseListenerSpec(std::string_view text) {
  std::string profile;
  if (const auto comma = text.rfind(kProfile); comma != std::string_view::npos && text.find('@', comma) == std::string_view::npos) {
    profile = text.substr(comma + kProfile.size());
    if (profile.empty()) return fail(Side::Local, Code::BadArgument, "a listener with ',profile=' and no name behind it");
    text = text.substr(0, comma);
  }
  const auto at = text.rfind('@');
  if (at == std::string_view::npos) {
    // What stands behind a colon may be a password.
    return fail(Side::Local, Code::BadArgument,
                "'" + std::string(text.substr(0, text.find(':'))) + "' is not a listener: expected regular@ADDRESS:PORT");
  }
  ListenerSpec spec;
  spec.profile = std::move(profile);
  spec.text = text;
  spec.kind = text.substr(0, at);
  if (auto kind = readKind(spec); !kind) return fail(std::move(kind.error()));
  auto address = net::parseEndpoint(text.substr(at + 1));
  if (!address) {
    return fail(Side::Local, Code::BadArgument, "listener '" + spec.text + "': " + address.error().detail);
  }
  spec.address = *address;
  return spec;
}

}  // namespace sluice::engine
