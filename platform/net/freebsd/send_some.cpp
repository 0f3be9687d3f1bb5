#include "platform/net/kqueue/send_some.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace sluice::net {

SentSome sendSome(int socket, int file, off_t offset, std::size_t length) {
  off_t count = 0;
  const int failed = ::sendfile(file, socket, offset, length, nullptr, &count, 0);
  return {static_cast<std::size_t>(count), failed == 0 ? 0 : errno};
}

}  // namespace sluice::net
