// A slice: a view of bytes of one block, of plain memory owned elsewhere (a head, a stored body), or of a range of a
// file. A value of one cache line: copying it copies no bytes. Whoever makes slices is their owner and is told, by
// ticket, when the last byte of each was consumed. One loop's thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "core/base/bytes.h"
#include "core/buffer/block.h"
#include "core/buffer/file.h"

namespace sluice::buffer {

// Told about slices that were consumed: sent, copied or discarded. It only notes the ticket and acts in its own turn.
class SliceOwner {
 public:
  virtual ~SliceOwner() = default;
  virtual void sliceDone(std::uint32_t ticket) = 0;
};

struct Slice {
  enum class Kind : std::uint8_t {
    Memory,    // bytes that a later stage may change in place
    ReadOnly,  // bytes that must be copied before they are changed
    File,      // a range of a file
  };

  const std::byte* data = nullptr;  // Memory, ReadOnly
  File* file = nullptr;             // File
  std::uint64_t offset = 0;         // File: where the range begins
  std::uint64_t size = 0;
  Block* block = nullptr;       // the block the bytes lie in, if any
  SliceOwner* owner = nullptr;  // null: nobody waits for it
  std::uint32_t ticket = 0;     // the owner's own number for it
  Kind kind = Kind::Memory;
  bool recyclable = false;  // the block is wanted back soon: send it rather than wait for more
  bool flush = false;       // send everything up to and with this slice now
  bool last = false;        // the last slice of its message

  bool inFile() const { return kind == Kind::File; }
  bool isFlagged() const { return flush || last; }
  Bytes bytes() const { return {data, static_cast<std::size_t>(size)}; }
  std::uint64_t end() const { return offset + size; }  // File

  // Drops the first `count` bytes. REQUIRES: count <= size.
  void advance(std::uint64_t count) {
    size -= count;
    if (inFile()) {
      offset += count;
    } else {
      data += count;
    }
  }
  void done() const {
    if (owner != nullptr) owner->sliceDone(ticket);
  }

  static Slice ofMemory(Bytes bytes, Kind kind = Kind::ReadOnly) {
    Slice slice;
    slice.data = bytes.data();
    slice.size = bytes.size();
    slice.kind = kind;
    return slice;
  }
  // REQUIRES: bytes lie in block.
  static Slice ofBlock(Block& block, Bytes bytes) {
    Slice slice = ofMemory(bytes, block.readOnly ? Kind::ReadOnly : Kind::Memory);
    slice.block = &block;
    return slice;
  }
  static Slice ofFile(File& file, std::uint64_t offset, std::uint64_t size) {
    Slice slice;
    slice.file = &file;
    slice.offset = offset;
    slice.size = size;
    slice.kind = Kind::File;
    return slice;
  }
};
static_assert(std::is_trivially_copyable_v<Slice> && sizeof(Slice) <= 64);

}  // namespace sluice::buffer
