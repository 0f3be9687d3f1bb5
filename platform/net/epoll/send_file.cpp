#include "platform/net/send_file.h"

#include <sys/sendfile.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "platform/net/address.h"

namespace sluice::net {

IoResult sendFile(std::intptr_t socket, std::intptr_t file, std::uint64_t offset, std::size_t length, Side side) {
  constexpr std::size_t kCallMax = 0x7ffff000;  // what Linux moves in one call
  auto from = static_cast<off_t>(offset);
  for (;;) {
    const auto sent = ::sendfile(static_cast<int>(socket), static_cast<int>(file), &from, std::min(length, kCallMax));
    if (sent > 0) return IoResult::ok(static_cast<std::size_t>(sent));
    if (sent == 0) return fileEndedEarly(offset, length);
    if (errno == EINTR) continue;
    if (errno == EAGAIN) return IoResult::wouldBlock();
    const bool fileFailed = errno == EIO || errno == EINVAL || errno == EOVERFLOW;
    return IoResult::failed(
        toError(std::error_code(errno, std::system_category()), fileFailed ? Side::Local : side, "sendfile"));
  }
}

}  // namespace sluice::net
