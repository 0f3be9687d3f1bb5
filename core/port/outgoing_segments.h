// The sender's side of shared memory: segments made for one destination, and buffers of chunks from them. Loop thread
// only; the receiver changes the maps meanwhile.
//
// What the maps say is only believed as far as it cannot hurt: a chunk that this side still holds is never handed out a
// second time, whatever the receiver did to its bit.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/port/segment.h"
#include "core/port/wire.h"
#include "platform/shared_memory.h"

namespace sluice::port {

// A run of chunks that its sender may write to. A plain value: whoever holds it sends it or releases it, once.
struct SharedBuffer {
  std::byte* data = nullptr;
  std::uint32_t segment = 0;
  std::uint32_t firstChunk = 0;
  std::uint32_t chunks = 0;
  std::uint32_t size = 0;  // bytes that count, from the first; set by whoever fills it

  explicit operator bool() const { return data != nullptr; }
  std::size_t capacity() const { return chunks * limits::kChunkBytes; }
  MutableBytes room() const { return {data + size, capacity() - size}; }
  Bytes bytes() const { return {data, size}; }
};

class OutgoingSegments {
 public:
  struct Peer {
    std::uint32_t ownPid = 0;
    std::uint32_t peerPid = 0;
    std::uint32_t port = 0;
  };
  struct Limits {
    std::size_t bytesMax = 4 * segmentBytes(kSegmentChunksMax);  // of all segments
    std::uint32_t chunksPerSegment = kSegmentChunksMax;
  };
  // Tells the destination of a new segment, before anything in it is sent. False: the port has failed.
  using Announce = std::function<bool(const SegmentNews&, platform::Handle)>;

  OutgoingSegments(const Peer& peer, const Limits& limits, Announce announce);

  // `bytes` in a row, bytes > 0. Null: again, when the receiver has freed chunks (memoryFreed), or at any time
  // when it is not waited for; or more than a segment holds.
  SharedBuffer allocate(std::size_t bytes);
  // Adds chunks until the capacity is `bytes`, at the same place. If that many are not free, takes fewer but at least
  // `bytesMin`; false, and nothing is changed, when not even those.
  bool increase(SharedBuffer& buffer, std::size_t bytes, std::size_t bytesMin);
  // Gives the chunks behind the first `bytes` back.
  void shrink(SharedBuffer& buffer, std::size_t bytes);
  void release(SharedBuffer& buffer);

  // After a message whose sender goes on reading: it does no more, and the chunks are the receiver's alone, or free.
  void letGo(SharedBuffer& buffer);

  // From here on the chunks belong to the receiver; what is past `size` is given back. REQUIRES: size > 0.
  ChunkRef handOver(SharedBuffer& buffer);
  // After a cancelled message: they are this side's again. REQUIRES: from handOver, and claimed.
  SharedBuffer takeBack(const ChunkRef& ref);

  // Whether this buffer was made here.
  bool owns(const SharedBuffer& buffer) const;

  // Tracking of a message that has not begun at the receiver. Nothing: no word is free.
  std::optional<TrackRef> track(std::uint32_t stream);
  // True: the receiver has not begun and never will; its buffers may be taken back.
  bool cancel(const TrackRef& track, std::uint32_t stream);

  // The receiver is gone: every chunk that it had is free again.
  void reclaim();

  std::size_t segments() const { return segments_.size(); }
  std::size_t bytes() const { return segments_.size() * segmentBytes(limits_.chunksPerSegment); }
  std::size_t chunks() const { return segments_.size() * limits_.chunksPerSegment; }
  // That the receiver has not, though they may still be read here.
  std::size_t freeChunks() const;
  // That may be allocated, one by one, before the limit: those of segments to come among them. Counts no further than `enough`.
  std::size_t chunksToBeHad(std::size_t enough = ~std::size_t{0}) const;
  bool isWaiting() const { return waiting_; }
  void memoryFreed() { waiting_ = false; }

 private:
  struct Segment {
    platform::SharedMemory shared;
    SegmentMemory memory;
    // Chunks that this side holds. Its own word, which no receiver can change.
    std::array<std::uint64_t, kSegmentMapWords> held{};

    bool holds(std::uint32_t chunk) const { return (held[chunk / 64] >> (chunk % 64) & 1) != 0; }
    void setHeld(std::uint32_t chunk, bool on);
    bool take(std::uint32_t chunk);
    void give(std::uint32_t first, std::uint32_t count);
    std::uint32_t takeRun(std::uint32_t first, std::uint32_t count);
    std::optional<std::uint32_t> findRun(std::uint32_t count);
  };

  SharedBuffer allocateFromAny(std::uint32_t chunks);
  SharedBuffer bufferAt(std::uint32_t segment, std::uint32_t first, std::uint32_t chunks) const;
  bool grow();

  // Immutable after construction.
  const Peer peer_;
  const Limits limits_;
  const Announce announce_;

  std::vector<std::unique_ptr<Segment>> segments_;  // a segment's id is its place
  bool waiting_ = false;
};

}  // namespace sluice::port
