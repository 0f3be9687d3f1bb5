#include "platform/thread.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace sluice::platform {
namespace {

constexpr int kBackgroundNice = 10;  // a tenth of the time that a usual thread has (sched(7))

}  // namespace

void beginThread(const char* name, Urgency urgency) {
  pthread_setname_np(pthread_self(), name);
  if (urgency == Urgency::Usual) return;
  // On Linux this is of the thread, not of the process (setpriority(2)).
  const auto thread = static_cast<id_t>(gettid());
  (void)setpriority(PRIO_PROCESS, thread, getpriority(PRIO_PROCESS, thread) + kBackgroundNice);
}

}  // namespace sluice::platform
