#include "platform/net/address.h"

#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/address.hpp>
#include <asio/ip/tcp.hpp>
#include <charconv>

namespace sluice::net {

std::string toText(const asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  const auto port = std::to_string(endpoint.port());
  return endpoint.address().is_v6() ? "[" + address + "]:" + port : address + ":" + port;
}

Result<asio::ip::tcp::endpoint> parseEndpoint(std::string_view text) {
  const auto bad = [&] { return fail(Side::Local, Code::BadArgument, "'" + std::string(text) + "' is not ADDRESS:PORT"); };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return bad();
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  unsigned port = 0;
  const auto [end, failed] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (failed != std::errc{} || end != digits.data() + digits.size() || port > 65535) return bad();
  if (host == "localhost") host = "127.0.0.1";
  std::error_code code;
  const auto address = asio::ip::make_address(std::string(host), code);
  if (code || (address.is_v6() != bracketed)) return bad();
  if (address.is_v4() && address.to_string() != host) return bad();  // Windows takes fewer than four numbers too
  return asio::ip::tcp::endpoint(address, static_cast<std::uint16_t>(port));
}

// Only an address of one's own can be bound to; with UDP, Wine binds to any.
bool isOfThisMachine(const asio::ip::address& address) {
  asio::io_context unused;
  asio::ip::tcp::socket probe(unused);
  std::error_code code;
  const asio::ip::tcp::endpoint endpoint(address, 0);
  probe.open(endpoint.protocol(), code);
  if (!code) probe.bind(endpoint, code);
  return !code;
}

namespace {
Code codeOf(const std::error_code& code) {
  namespace err = asio::error;
  if (code == err::connection_refused) return Code::ConnectionRefused;
  if (code == err::connection_reset || code == err::connection_aborted || code == err::broken_pipe) {
    return Code::ConnectionReset;
  }
  if (code == err::timed_out) return Code::ConnectTimeout;
  if (code == err::host_unreachable || code == err::network_unreachable || code == err::network_down) {
    return Code::HostUnreachable;
  }
  if (code == err::host_not_found || code == err::no_data) return Code::HostNotFound;
  if (code == err::host_not_found_try_again || code == err::no_recovery) return Code::ResolveFailed;
  if (code == err::address_in_use) return Code::AddressInUse;
  if (code == err::access_denied) return Code::AccessDenied;
  if (code == err::no_memory || code == err::no_buffer_space) return Code::OutOfMemory;
  if (code == err::operation_aborted) return Code::Aborted;
  return Code::System;
}
}  // namespace

Error toError(const std::error_code& code, Side side, std::string detail) {
  // Asio has a category of its own for the system's numbers, and codes of different categories are never equal.
  const auto& ofAsio = asio::error::get_system_category();
  const bool systemNumber = code.category() == ofAsio || code.category() == std::system_category();
  const auto known = systemNumber ? std::error_code(code.value(), ofAsio) : code;
  return Error{codeOf(known), side, systemNumber ? code.value() : 0, std::move(detail)};
}

}  // namespace sluice::net
