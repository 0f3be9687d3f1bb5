// Addresses as people write them, and system errors as ours. Any thread.
#pragma once

#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/result.h"

namespace sluice::net {

// "127.0.0.1:80", "[::1]:80".
std::string toText(const asio::ip::tcp::endpoint& endpoint);

// The opposite; the address must be numeric. Port 0 is allowed.
Result<asio::ip::tcp::endpoint> parseEndpoint(std::string_view text);

// Whether this is an address of one of this machine's interfaces. Asks the system: not for every connection.
bool isOfThisMachine(const asio::ip::address& address);

// What a failed socket operation means, on the side that it was made for.
Error toError(const std::error_code& code, Side side, std::string detail = {});

}  // namespace sluice::net
