#include "platform/standard_output.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "platform/posix/system_error.h"

namespace sluice::platform {

void prepareStandardOutput() { signal(SIGPIPE, SIG_IGN); }

bool standardOutputIsTerminal() { return isatty(STDOUT_FILENO) == 1; }

Result<void> writeStandardOutput(Bytes bytes) {
  while (!bytes.empty()) {
    const auto written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN) {
      // Some other program that shares this pipe or terminal has made it non-blocking.
      pollfd ready{STDOUT_FILENO, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return systemFailure(errno, "cannot write to standard output");
    }
  }
  return {};
}

}  // namespace sluice::platform
