// The sending side of a connection, as the chain writer sees it: a plain socket, or TLS over one. One loop's thread.
#pragma once

#include <cstdint>
#include <span>

#include "core/base/bytes.h"
#include "core/buffer/file.h"

namespace sluice::output {

class Stream {
 public:
  struct Capabilities {
    bool sendFile = false;       // sendFile() may be called
    std::size_t buffersMax = 1;  // pieces in one send()
  };

  virtual ~Stream() = default;
  virtual Capabilities capabilities() const = 0;
  // Sends some of the pieces, none of them empty, in order. Never waits. Less than offered means that the stream takes
  // no more until it is announced writable (ChainWriter::onWritable). Where a send owns its buffers until it completes,
  // WouldBlock starts it, and the next call brings the same bytes first and takes the outcome.
  virtual IoResult send(std::span<const Bytes> pieces) = 0;
  // Likewise, from a file. End: the file is shorter than that.
  virtual IoResult sendFile(buffer::File& file, std::uint64_t offset, std::uint64_t length) = 0;
  // The stream took bytes that the socket did not (a TLS record).
  virtual bool holdsBack() const = 0;
  // Sends what is held back: Ok when nothing is any more, with 0 bytes. REQUIRES: holdsBack().
  virtual IoResult flush() = 0;
};

}  // namespace sluice::output
