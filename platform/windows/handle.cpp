#include "platform/handle.h"

#include "platform/windows/system_error.h"

namespace sluice::platform {

OwnedHandle::~OwnedHandle() {
  if (handle_ != kNoHandle) CloseHandle(systemHandle(handle_));
}

}  // namespace sluice::platform
