// What is gone without a word is found out in some minutes, also where nobody says anything for hours; the systems' own two hours
// are for servers. One file per system: posix/, iocp/.
#pragma once

#include <cstdint>

namespace sluice::net {

inline constexpr int kKeepAliveAfterSeconds = 60;  // below what routers remember of a connection that rests
inline constexpr int kKeepAliveEverySeconds = 15;

// REQUIRES: a connected socket. A system that refuses goes on as it does by itself.
void keepAlive(std::intptr_t socket);

}  // namespace sluice::net
