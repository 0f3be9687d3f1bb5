#include <sys/socket.h>

#include <atomic>
#include <cerrno>

#include "tests/support/port/failing_sends.h"

namespace {

std::size_t failing = 0;
int failure = 0;
std::atomic<std::size_t> sends{0};

}  // namespace

// NOLINTBEGIN: names that the linker prescribes
extern "C" {

ssize_t __real_sendmsg(int, const msghdr*, int);
ssize_t __wrap_sendmsg(int socket, const msghdr* message, int flags) {
  if (sends.fetch_add(1, std::memory_order_relaxed) + 1 != failing) return __real_sendmsg(socket, message, flags);
  errno = failure;
  return -1;
}

}  // extern "C"
// NOLINTEND

namespace sluice::test {

std::size_t failSend(std::size_t which, int error) {
  failing = which;
  failure = error;
  return sends.exchange(0);
}

}  // namespace sluice::test
