// A block: one fixed-size piece of memory that raw bytes are received into, and the pool it comes from.
// It lives on the heap or in a shared segment; who uses it does not care. One loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/bytes.h"

namespace sluice::buffer {

class BlockPool;

struct Block {
  // Immutable while the block lives.
  std::byte* data = nullptr;
  std::uint32_t capacity = 0;
  bool readOnly = false;  // other processes look at it too: what changes bytes in place must copy first

  // For the pipe that holds the block. The pool hands out blocks with all of these at their initial values.
  std::uint32_t filled = 0;      // bytes [0, filled) were received
  std::uint32_t handedOn = 0;    // of these, [0, handedOn) went to the input filter
  std::uint32_t slices = 0;      // slices that refer to this block and are not consumed yet
  std::uint32_t busySlices = 0;  // of these, handed to the output filter
  bool isFree = false;           // stands in free-raw
  bool isKept = false;           // somebody keeps what was received: another block takes its place in the pipe
  Block* next = nullptr;         // the next block in free-raw

  std::uint32_t room() const { return capacity - filled; }
  MutableBytes tail() { return {data + filled, room()}; }
  Bytes pending() const { return {data + handedOn, filled - handedOn}; }

  void rewind() { filled = handedOn = 0; }
};

// Where blocks come from and go back to. The pool outlives its blocks.
class BlockPool {
 public:
  virtual ~BlockPool() = default;
  virtual std::size_t blockBytes() const = 0;
  // Null: no memory.
  virtual Block* take() = 0;
  // REQUIRES: no slice refers to the block.
  virtual void give(Block* block) = 0;
};

}  // namespace sluice::buffer
