#include "platform/net/send_file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "platform/net/address.h"
#include "platform/net/kqueue/send_some.h"

namespace sluice::net {

IoResult sendFile(std::intptr_t socket, std::intptr_t file, std::uint64_t offset, std::size_t length, Side side) {
  constexpr std::size_t kCallMax = 0x7ffff000;
  for (;;) {
    const auto sent = sendSome(static_cast<int>(socket), static_cast<int>(file), static_cast<off_t>(offset), std::min(length, kCallMax));
    // A socket that takes only a part is an error of the call, which has moved bytes all the same.
    if (sent.bytes > 0) return IoResult::ok(sent.bytes);
    if (sent.error == 0) return fileEndedEarly(offset, length);
    if (sent.error == EINTR) continue;
    if (sent.error == EAGAIN || sent.error == EBUSY) return IoResult::wouldBlock();
    const bool fileFailed = sent.error == EIO || sent.error == EINVAL || sent.error == EOVERFLOW;
    return IoResult::failed(
        toError(std::error_code(sent.error, std::system_category()), fileFailed ? Side::Local : side, "sendfile"));
  }
}

}  // namespace sluice::net
