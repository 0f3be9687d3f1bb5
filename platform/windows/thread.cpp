#include "platform/thread.h"

#include <windows.h>

#include "platform/windows/text.h"

namespace sluice::platform {

void beginThread(const char* name, Urgency urgency) {
  (void)SetThreadDescription(GetCurrentThread(), widen(name).c_str());
  if (urgency == Urgency::Background) (void)SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_LOWEST);
}

}  // namespace sluice::platform
