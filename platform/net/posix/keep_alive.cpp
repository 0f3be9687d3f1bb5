#include "platform/net/keep_alive.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace sluice::net {
namespace {

void set(std::intptr_t socket, int level, int option, int value) {
  (void)::setsockopt(static_cast<int>(socket), level, option, &value, sizeof value);
}

}  // namespace

void keepAlive(std::intptr_t socket) {
  set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
#ifdef TCP_KEEPIDLE
  set(socket, IPPROTO_TCP, TCP_KEEPIDLE, kKeepAliveAfterSeconds);
#else
  set(socket, IPPROTO_TCP, TCP_KEEPALIVE, kKeepAliveAfterSeconds);  // macOS
#endif
  set(socket, IPPROTO_TCP, TCP_KEEPINTVL, kKeepAliveEverySeconds);
}

}  // namespace sluice::net
