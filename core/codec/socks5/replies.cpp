#include "core/codec/socks5/replies.h"

#include <string>
#include <string_view>

namespace sluice::socks5 {
namespace {

std::string_view textOf(Reply reply) {
  switch (reply) {
    case Reply::Succeeded: return "succeeded";
    case Reply::GeneralFailure: return "general failure";
    case Reply::NotAllowed: return "not allowed by its rules";
    case Reply::NetworkUnreachable: return "network unreachable";
    case Reply::HostUnreachable: return "host unreachable";
    case Reply::ConnectionRefused: return "connection refused";
    case Reply::TtlExpired: return "no answer in time";
    case Reply::CommandNotSupported: return "command not supported";
    case Reply::AddressTypeNotSupported: return "address type not supported";
  }
  return "unknown reply";
}

Code codeOf(Reply reply) {
  switch (reply) {
    case Reply::NetworkUnreachable:
    case Reply::HostUnreachable: return Code::HostUnreachable;
    case Reply::ConnectionRefused: return Code::ConnectionRefused;
    case Reply::TtlExpired: return Code::ConnectTimeout;
    case Reply::Succeeded:
    case Reply::GeneralFailure:
    case Reply::NotAllowed:
    case Reply::CommandNotSupported:
    case Reply::AddressTypeNotSupported: return Code::UpstreamProxyRefused;
  }
  return Code::UpstreamProxyRefused;
}

}  // namespace

Reply replyFor(const Error& error) {
  if (error.code == Code::ProxyLoop) return Reply::NotAllowed;
  if (error.code == Code::HostUnreachable || error.code == Code::HostNotFound || error.code == Code::ResolveFailed) {
    return Reply::HostUnreachable;
  }
  if (error.code == Code::ConnectionRefused) return Reply::ConnectionRefused;
  if (error.code == Code::ConnectTimeout) return Reply::TtlExpired;
  return Reply::GeneralFailure;
}

Error errorFor(std::uint8_t reply) {
  const auto known = static_cast<Reply>(reply);
  return {codeOf(known), Side::Upstream, 0,
          "the SOCKS proxy says: " + std::string(textOf(known)) + " (" + std::to_string(reply) + ")"};
}

}  // namespace sluice::socks5
