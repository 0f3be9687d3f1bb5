// A path as the address of a Unix domain socket. Private to the files for POSIX systems. Any thread.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>
#include <string>

#include "core/base/result.h"

namespace sluice::platform {

inline Result<sockaddr_un> localAddress(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) {
    return fail(Side::Local, Code::BadArgument, "no path of a socket: " + path);
  }
  std::memcpy(address.sun_path, path.data(), path.size());
  return address;
}

inline const sockaddr* asSockaddr(const sockaddr_un& address) { return reinterpret_cast<const sockaddr*>(&address); }

}  // namespace sluice::platform
