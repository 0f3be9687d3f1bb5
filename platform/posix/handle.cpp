#include "platform/handle.h"

#include <unistd.h>

namespace sluice::platform {

OwnedHandle::~OwnedHandle() {
  if (handle_ != kNoHandle) ::close(static_cast<int>(handle_));
}

}  // namespace sluice::platform
