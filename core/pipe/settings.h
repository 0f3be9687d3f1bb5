// How one pipe behaves. Fixed while it runs. Defaults and their reasons: core/base/limits.h. Any thread.
#pragma once

#include <cstdint>

#include "core/base/limits.h"
#include "core/base/time.h"
#include "core/buffer/slice.h"

namespace sluice::pipe {

enum class Delivery : std::uint8_t {
  Streaming,  // bytes in hand go on as soon as the source has no more: an SSE event is never held back
  Buffered,   // only full blocks go on, for fewer and larger sends
};

// What happens to an upstream that is faster than the downstream.
enum class Overflow : std::uint8_t {
  Backpressure,  // it is read no faster than the downstream takes
  Spill,         // it is read at full speed; what is too much waits in the spill file, up to its limit
};

// What a record that cannot be written means (no space left, for one).
enum class RecordFailure : std::uint8_t {
  EndExchange,  // it is the reason for the exchange
  GoOn,         // the body goes on without it, from memory
};

struct Settings {
  std::size_t maxBlocks = limits::kBlocksPerPipeMax;  // at least 1; the pool decides how large a block is
  std::size_t busyLimit = limits::kBusyBytesPerPipe;  // bytes; never taken as less than one block
  std::size_t turnBytes = limits::kPipeTurnBytes;     // received in one process() before it returns with Wants::turn

  Overflow overflow = Overflow::Backpressure;
  std::uint64_t maxSpillSize = limits::kSpillBytesMax;    // with Overflow::Spill
  std::size_t spillWriteSize = limits::kSpillWriteBytes;  // never taken as less than one block
  bool cyclicSpill = true;                                // the file starts again at 0 when all of it was sent
  bool cacheable = false;      // every byte must end in the spill file, in order, whatever its size
  RecordFailure recordFailure = RecordFailure::EndExchange;  // cacheable
  buffer::Slice recordHeader;  // cacheable: stands once at the file's byte 0; memory; may be empty

  bool singleBuf = false;     // one block a receive, since a wait may own it until it completes (IOCP)
  bool releaseBlocks = true;  // free blocks go back to the pool as soon as upstream has ended
  bool markLast = true;       // the message's last slice says so; off where the owner sends more behind it
  Delivery delivery = Delivery::Streaming;

  Micros readTimeout{0};  // 0: none
  Micros sendTimeout{0};
  std::size_t sendLowWater = 0;  // bytes of room the stream should have before it calls itself writable
};

}  // namespace sluice::pipe
