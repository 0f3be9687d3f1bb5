#include "platform/thread.h"

#include <pthread.h>
#include <pthread/qos.h>

namespace sluice::platform {

void beginThread(const char* name, Urgency urgency) {
  if (name != nullptr) pthread_setname_np(name);
  if (urgency == Urgency::Background) (void)pthread_set_qos_class_self_np(QOS_CLASS_UTILITY, 0);
}

}  // namespace sluice::platform
