#include "platform/net/kqueue/send_some.h"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>

namespace sluice::net {

SentSome sendSome(int socket, int file, off_t offset, std::size_t length) {
  auto count = static_cast<off_t>(length);  // what to send, and what was
  const int failed = ::sendfile(file, socket, offset, &count, nullptr, 0);
  return {static_cast<std::size_t>(count), failed == 0 ? 0 : errno};
}

}  // namespace sluice::net
