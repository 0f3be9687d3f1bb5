// The named pipe of an engine. Private to the files for Windows. Any thread.
#pragma once

#include <string>

#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

enum class PipeInstance : std::uint8_t {
  First,   // fails where anybody has the name already
  Another,
};

// One instance serves one client. For overlapped use, local clients only, open to this user alone.
Result<OwnedHandle> makePipeInstance(const std::string& address, PipeInstance which);

}  // namespace sluice::platform
