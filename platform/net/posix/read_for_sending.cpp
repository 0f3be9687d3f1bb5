#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "platform/net/address.h"
#include "platform/net/send_file.h"

namespace sluice::net {

IoResult readForSending(std::intptr_t file, std::uint64_t offset, std::size_t length, MutableBytes into) {
  for (;;) {
    const auto count =
        ::pread(static_cast<int>(file), into.data(), std::min(length, into.size()), static_cast<off_t>(offset));
    if (count > 0) return IoResult::ok(static_cast<std::size_t>(count));
    if (count == 0) return fileEndedEarly(offset, length);
    if (errno == EINTR) continue;
    return IoResult::failed(
        toError(std::error_code(errno, std::system_category()), Side::Local, "reading the file that is sent"));
  }
}

}  // namespace sluice::net
