// The file that a pipe spills into. The owner of both creates it, keeps it while the pipe needs it and closes it. Pure
// seam: the platform writes on its file pool. One loop's thread.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/buffer/file.h"

namespace sluice::pipe {

class SpillFile {
 public:
  virtual ~SpillFile() = default;
  // Starts writing the pieces one after the other at `offset`, all of them or an error. Creates the file on first use.
  // Never completes inside this call: later, on the loop, EventPipe::spillWritten(result) is called and then process()
  // again. `pieces` and the memory they show stay valid until then. At most one write is in flight. An error names the
  // file and the cause.
  virtual void write(std::span<const Bytes> pieces, std::uint64_t offset) = 0;
  // For slices of what was written. REQUIRES: a write was started.
  virtual buffer::File& file() = 0;
};

}  // namespace sluice::pipe
