// Memory as a descriptor without a name: how it is made, and how one that another process sent is judged. memfd on
// Linux, shm_open elsewhere. Private to the files for POSIX systems. Any thread.
#pragma once

#include <cstddef>

#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

Result<OwnedHandle> makeUnnamedMemory(std::size_t bytes);

// Code::ProtocolFault unless it is memory of exactly this size, sealed against another size where the system can.
Result<void> checkUnnamedMemory(Handle memory, std::size_t bytes);

}  // namespace sluice::platform
