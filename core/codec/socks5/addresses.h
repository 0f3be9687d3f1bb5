// Addresses in the bytes of SOCKS, and as text. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace sluice::socks5 {

inline constexpr char kIpv4 = 1;  // RFC 1928 section 5: address types
inline constexpr char kName = 3;
inline constexpr char kIpv6 = 4;

std::string ipv4Text(std::string_view fourBytes);
std::string ipv6Text(std::string_view sixteenBytes);  // RFC 5952: lower case, the longest run of zeroes left out

// Whether this can be looked up: not empty, no white space, controls or what would end a host in a URL. A numeric address
// sent as a name is one.
bool isHostName(std::string_view text);

}  // namespace sluice::socks5
