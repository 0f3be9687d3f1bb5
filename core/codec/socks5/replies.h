// The reply codes of SOCKS5 (RFC 1928 section 6) and what they mean as errors of ours. Any thread.
#pragma once

#include <cstdint>

#include "core/base/error.h"

namespace sluice::socks5 {

enum class Reply : std::uint8_t {
  Succeeded = 0,
  GeneralFailure = 1,
  NotAllowed = 2,
  NetworkUnreachable = 3,
  HostUnreachable = 4,
  ConnectionRefused = 5,
  TtlExpired = 6,
  CommandNotSupported = 7,
  AddressTypeNotSupported = 8,
};

// What a client is told of an upstream that could not be reached: the nearest that SOCKS has a word for.
Reply replyFor(const Error& error);

// What it means when a proxy in front of us replies so; never for Succeeded. The detail names the reply. Side::Upstream.
Error errorFor(std::uint8_t reply);

}  // namespace sluice::socks5
