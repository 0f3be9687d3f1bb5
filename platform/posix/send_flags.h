// Sending to a peer that is gone is an error of the call and never a signal. Private to the files for POSIX systems. Any thread.
#pragma once

#include <sys/socket.h>

namespace sluice::platform {

#ifdef MSG_NOSIGNAL
constexpr int kSendFlags = MSG_NOSIGNAL;
inline void refuseSignals(int) {}
#else
constexpr int kSendFlags = 0;
inline void refuseSignals(int socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
}
#endif

}  // namespace sluice::platform
