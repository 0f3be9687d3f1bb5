// Standard output as bytes, for programs whose output may be binary or feed a pipe. One thread.
#pragma once

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace sluice::platform {

// Makes a reader that went away (`| head`) an error of the next write instead of a signal, and bytes pass unchanged.
// Once, before the first write.
void prepareStandardOutput();

bool standardOutputIsTerminal();

// All of `bytes`, at once. Code::ConnectionReset: whoever read them is gone.
Result<void> writeStandardOutput(Bytes bytes);

}  // namespace sluice::platform
