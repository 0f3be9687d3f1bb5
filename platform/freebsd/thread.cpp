#include "platform/thread.h"

#include <pthread.h>
#include <pthread_np.h>

namespace sluice::platform {

// Threads that share time have no priorities of their own there.
void beginThread(const char* name, Urgency) {
  if (name != nullptr) pthread_set_name_np(pthread_self(), name);
}

}  // namespace sluice::platform
