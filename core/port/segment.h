// A segment of shared memory: one page that says what it is and which chunks are free, then the chunks. Made by the
// process that sends, for one destination. The maps are changed by both sides, atomically; nothing else is. Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "core/base/bytes.h"
#include "core/base/limits.h"

namespace sluice::port {

inline constexpr std::uint32_t kSegmentChunksMax = limits::kSegmentBytes / limits::kChunkBytes;
inline constexpr std::size_t kSegmentMapWords = (kSegmentChunksMax + 63) / 64;

struct SegmentHeader {
  std::uint32_t magic = 0;
  std::uint32_t version = 0;
  std::uint32_t id = 0;
  std::uint32_t sourcePid = 0;
  std::uint32_t destinationPid = 0;
  std::uint32_t port = 0;  // over which it was sent
  std::uint32_t chunks = 0;
  std::uint32_t outOfMemory = 0;  // the sender waits for chunks
  std::array<std::uint64_t, kSegmentMapWords> freeChunks{};    // a bit a chunk, 1: free
  std::array<std::uint64_t, kSegmentMapWords> freeTracking{};  // a bit a tracking word, 1: free
  std::array<std::uint32_t, kSegmentChunksMax> tracking{};     // the stream of a message not yet begun, else 0
};
inline constexpr std::size_t kSegmentHeaderBytes = 4096;
static_assert(std::is_trivially_copyable_v<SegmentHeader> && sizeof(SegmentHeader) == 32 + 20 * 8 + 640 * 4);
static_assert(sizeof(SegmentHeader) <= kSegmentHeaderBytes);

constexpr std::size_t segmentBytes(std::uint32_t chunks) { return kSegmentHeaderBytes + chunks * limits::kChunkBytes; }
constexpr std::uint32_t chunksFor(std::size_t bytes) {
  return static_cast<std::uint32_t>((bytes + limits::kChunkBytes - 1) / limits::kChunkBytes);
}

// The memory of a mapped segment, and the operations that both sides share. `chunks` is what was checked at the
// mapping, and never read again.
class SegmentMemory {
 public:
  SegmentMemory() = default;
  // REQUIRES: memory holds segmentBytes(chunks); 0 < chunks <= kSegmentChunksMax.
  SegmentMemory(std::byte* memory, std::uint32_t chunks) : memory_(memory), chunks_(chunks) {}

  // The sender's side, once: who it is, and everything is free.
  void format(std::uint32_t id, std::uint32_t sourcePid, std::uint32_t destinationPid, std::uint32_t port) const;
  // Whether its header says what the sender announced.
  bool says(std::uint32_t id, std::uint32_t sourcePid, std::uint32_t destinationPid) const;

  std::uint32_t chunks() const { return chunks_; }
  // REQUIRES: chunk < chunks(); bytes lie within.
  std::byte* chunk(std::uint32_t chunk) const { return memory_ + kSegmentHeaderBytes + chunk * limits::kChunkBytes; }

  // True: it was free, and is the caller's.
  bool takeChunk(std::uint32_t chunk) const;
  void freeChunk(std::uint32_t chunk) const;
  bool isFree(std::uint32_t chunk) const;
  std::uint32_t freeCount() const;
  // For searches: a look at 64 chunks at once.
  std::uint64_t freeWord(std::size_t word) const;

  // Look once more after this, before waiting.
  void setOutOfMemory() const;
  // After chunks were freed. True: it was set, and the sender is to be told of free chunks.
  bool takeOutOfMemory() const;

  // A word that says `stream` until somebody owns the message. Nothing: all are in use.
  std::optional<std::uint32_t> track(std::uint32_t stream) const;
  // True: this side owns the message. Either side, once. REQUIRES: slot < kSegmentChunksMax.
  bool claim(std::uint32_t slot, std::uint32_t stream) const;
  void freeTracking(std::uint32_t slot) const;

 private:
  SegmentHeader& header() const { return *reinterpret_cast<SegmentHeader*>(memory_); }

  std::byte* memory_ = nullptr;
  std::uint32_t chunks_ = 0;
};

}  // namespace sluice::port
