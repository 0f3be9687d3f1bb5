// Two ends of a socket that keeps no bounds of messages and takes a part of a long one: what no port is made on. Any thread.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>

#include <utility>

#include "platform/port_socket.h"

namespace sluice::test {

inline std::pair<platform::PortSocket, platform::PortSocket> narrowStreamEnds() {
  int ends[2] = {-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return {};
  const int least = 1;
  for (const int end : ends) {
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &least, sizeof least);
  }
  return {platform::PortSocket(platform::OwnedHandle(ends[0])), platform::PortSocket(platform::OwnedHandle(ends[1]))};
}

}  // namespace sluice::test
