#include "platform/process.h"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>

namespace sluice::platform {

std::uint64_t ownProcessId() { return static_cast<std::uint64_t>(::getpid()); }

std::uint64_t parentProcessId() { return static_cast<std::uint64_t>(::getppid()); }

void ignoreStopSignals() {
  for (const int signal : std::array{SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
}

void prepareServerProcess() {
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace sluice::platform
