// One connection as blocking bytes, for the origin's and the clients' side alike. One thread at a time.
#pragma once

#include <string_view>

#include "core/base/bytes.h"

namespace sluice::test {

class Stream {
 public:
  virtual ~Stream() = default;

  // The number of bytes received; 0 at the end of the stream and on any failure.
  virtual std::size_t read(MutableBytes into) = 0;
  // Sends everything; false when the peer is gone.
  virtual bool write(Bytes bytes) = 0;
  bool write(std::string_view text) { return write(asBytes(text)); }
  // Ends the sending direction in order.
  virtual void finish() = 0;
  // Ends the connection with a reset; bytes not yet sent are lost.
  virtual void reset() = 0;
  // Closes the socket; received bytes that nobody read make it a reset, as with any program.
  virtual void close() = 0;
};

}  // namespace sluice::test
