#include "platform/net/keep_alive.h"

#include <winsock2.h>

#include <mstcpip.h>

namespace sluice::net {

// One call for all three: options like those of other systems are known since a Windows 10 of 2017 only. It asks ten times.
void keepAlive(std::intptr_t socket) {
  tcp_keepalive wanted{1, kKeepAliveAfterSeconds * 1000, kKeepAliveEverySeconds * 1000};
  DWORD count = 0;
  (void)WSAIoctl(static_cast<SOCKET>(socket), SIO_KEEPALIVE_VALS, &wanted, sizeof wanted, nullptr, 0, &count, nullptr, nullptr);
}

}  // namespace sluice::net
