#include "core/engine/resolver.h"

#include <algorithm>
#include <asio/ip/address.hpp>
#include <optional>
#include <utility>

#include "core/base/limits.h"
#include "platform/net/address.h"

namespace sluice::engine {
namespace {

using asio::ip::tcp;

// "localhost" and names below it, in any case, with or without the dot that says that a name is whole.
bool isLocalhost(std::string name) {
  if (name.ends_with('.')) name.pop_back();
  std::transform(name.begin(), name.end(), name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
  return name == "localhost" || name.ends_with(".localhost");
}

// Addresses that need no lookup: numeric ones, and localhost, which must never reach a name server (RFC 6761 6.3).
std::optional<Resolver::Endpoints> withoutLookup(const std::string& host, std::uint16_t port) {
  std::error_code code;
  const auto address = asio::ip::make_address(host, code);
  if (!code) return Resolver::Endpoints{{address, port}};
  if (isLocalhost(host)) {
    return Resolver::Endpoints{{asio::ip::address_v4::loopback(), port}, {asio::ip::address_v6::loopback(), port}};
  }
  return std::nullopt;
}

Result<Resolver::Endpoints> lookUp(const std::string& host, std::uint16_t port) {
  asio::io_context unused;
  tcp::resolver resolver(unused);
  std::error_code code;
  const auto found = resolver.resolve(host, std::to_string(port), tcp::resolver::numeric_service, code);
  if (code) {
    auto error = net::toError(code, Side::Upstream, host);
    // The system's text for these is no better than ours.
    if (error.code == Code::HostNotFound || error.code == Code::ResolveFailed) error.systemCode = 0;
    if (error.code == Code::System) error.code = Code::ResolveFailed;
    return fail(std::move(error));
  }
  Resolver::Endpoints endpoints;
  for (const auto& entry : found) endpoints.push_back(entry.endpoint());
  if (endpoints.empty()) return fail(Side::Upstream, Code::HostNotFound, host);
  return endpoints;
}

}  // namespace

Resolver::Resolver(asio::io_context& loop) : lookups_(loop, "resolver", limits::kResolverThreadsMax) {}

void Resolver::resolve(std::string host, std::uint16_t port, Handler done) {
  if (auto known = withoutLookup(host, port)) return lookups_.answer(std::move(*known), std::move(done));
  if (lookups_.queued() >= limits::kLookupsPendingMax) {
    return lookups_.answer(fail(Side::Upstream, Code::ResolveFailed, host + ": too many lookups wait already"), std::move(done));
  }
  lookups_.ask([host = std::move(host), port] { return lookUp(host, port); }, std::move(done));
}

}  // namespace sluice::engine
