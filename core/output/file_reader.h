// Reads file ranges into memory, off the event loop. Pure seam: the platform has a file pool. One loop's thread.
#pragma once

#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/buffer/file.h"

namespace sluice::output {

// Told, on the loop, that a read ended; it only notes it, and its driver re-enters it.
class FileReadTarget {
 public:
  virtual ~FileReadTarget() = default;
  // How many bytes were read: all of them, or fewer at the end of the file.
  virtual void fileRead(Result<std::size_t> result) = 0;
};

class FileReader {
 public:
  virtual ~FileReader() = default;
  // Never completes inside this call. Target, file and memory live until it has completed. At most one read is in
  // flight for a target.
  virtual void read(buffer::File& file, std::uint64_t offset, MutableBytes into, FileReadTarget& target) = 0;
};

}  // namespace sluice::output
