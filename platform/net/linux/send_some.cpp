// For the preset that runs the code of kqueue systems on Linux.
#include "platform/net/kqueue/send_some.h"

#include <sys/sendfile.h>

#include <cerrno>

namespace sluice::net {

SentSome sendSome(int socket, int file, off_t offset, std::size_t length) {
  const auto count = ::sendfile(socket, file, &offset, length);
  if (count < 0) return {0, errno};
  return {static_cast<std::size_t>(count), 0};
}

}  // namespace sluice::net
