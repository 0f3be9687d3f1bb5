// The descriptor inside a Handle. Private to the files for POSIX systems. Any thread.
#pragma once

#include "platform/handle.h"

namespace sluice::platform {

inline int descriptor(Handle handle) { return static_cast<int>(handle); }
inline int descriptor(const OwnedHandle& handle) { return descriptor(handle.get()); }

}  // namespace sluice::platform
