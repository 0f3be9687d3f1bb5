#include "platform/process.h"

#include <sys/resource.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <array>
#include <csignal>

#include "core/base/limits.h"

namespace sluice::platform {
namespace {

// A batch of records is allocated on one thread and freed on another a moment later: giving its pages back in between costs as much as
// writing it, since the system fills each with zeros before it is had again.
void keepFreedMemory() {
#ifdef __GLIBC__
  ::mallopt(M_TRIM_THRESHOLD, static_cast<int>(limits::kFreedBytesKept));
  ::mallopt(M_MMAP_THRESHOLD, static_cast<int>(limits::kMappedBlockBytesMin));  // which no longer adapts by itself
#endif
}

}  // namespace

std::uint64_t ownProcessId() { return static_cast<std::uint64_t>(::getpid()); }

std::uint64_t parentProcessId() { return static_cast<std::uint64_t>(::getppid()); }

void ignoreStopSignals() {
  for (const int signal : std::array{SIGINT, SIGTERM, SIGHUP}) std::signal(signal, SIG_IGN);
}

void prepareServerProcess() {
  keepFreedMemory();
  std::signal(SIGPIPE, SIG_IGN);
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
  }
}

}  // namespace sluice::platform
