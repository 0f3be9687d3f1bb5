#include "core/port/outgoing_segments.h"

#include <algorithm>
#include <bit>

#include "core/base/assert.h"

namespace sluice::port {

void OutgoingSegments::Segment::setHeld(std::uint32_t chunk, bool on) {
  const auto bit = std::uint64_t{1} << (chunk % 64);
  held[chunk / 64] = on ? held[chunk / 64] | bit : held[chunk / 64] & ~bit;
}

bool OutgoingSegments::Segment::take(std::uint32_t chunk) {
  if (holds(chunk) || !memory.takeChunk(chunk)) return false;
  setHeld(chunk, true);
  return true;
}

void OutgoingSegments::Segment::give(std::uint32_t first, std::uint32_t count) {
  for (std::uint32_t chunk = first; chunk < first + count; ++chunk) {
    setHeld(chunk, false);
    memory.freeChunk(chunk);
  }
}

// How many chunks from `first` on could be taken, one by one, up to `count`.
std::uint32_t OutgoingSegments::Segment::takeRun(std::uint32_t first, std::uint32_t count) {
  std::uint32_t taken = 0;
  while (taken < count && first + taken < memory.chunks() && take(first + taken)) ++taken;
  return taken;
}

std::optional<std::uint32_t> OutgoingSegments::Segment::findRun(std::uint32_t count) {
  for (std::uint32_t first = 0; first + count <= memory.chunks();) {
    const std::uint64_t free = memory.freeWord(first / 64) & ~held[first / 64] & ~std::uint64_t{0} << (first % 64);
    if (free == 0) {
      first += 64 - first % 64;
      continue;
    }
    first = first / 64 * 64 + static_cast<std::uint32_t>(std::countr_zero(free));
    const std::uint32_t taken = takeRun(first, count);
    if (taken == count) return first;
    give(first, taken);
    first += taken + 1;
  }
  return std::nullopt;
}

OutgoingSegments::OutgoingSegments(const Peer& peer, const Limits& limits, Announce announce)
    : peer_(peer), limits_(limits), announce_(std::move(announce)) {
  SLUICE_ASSERT(limits_.chunksPerSegment > 0 && limits_.chunksPerSegment <= kSegmentChunksMax);
}

SharedBuffer OutgoingSegments::bufferAt(std::uint32_t segment, std::uint32_t first, std::uint32_t chunks) const {
  return {segments_[segment]->memory.chunk(first), segment, first, chunks, 0};
}

SharedBuffer OutgoingSegments::allocateFromAny(std::uint32_t chunks) {
  for (std::uint32_t id = 0; id < segments_.size(); ++id) {
    if (const auto first = segments_[id]->findRun(chunks)) return bufferAt(id, *first, chunks);
  }
  return {};
}

SharedBuffer OutgoingSegments::allocate(std::size_t bytes) {
  const std::uint32_t chunks = chunksFor(bytes);
  if (chunks == 0 || chunks > limits_.chunksPerSegment) return {};
  if (auto buffer = allocateFromAny(chunks)) return buffer;
  // Said first and looked at again afterwards: chunks that are freed from here on are told.
  for (const auto& segment : segments_) segment->memory.setOutOfMemory();
  if (auto buffer = allocateFromAny(chunks)) return buffer;
  if (grow()) return allocateFromAny(chunks);
  waiting_ = !segments_.empty();  // otherwise there is nothing that the receiver could free
  return {};
}

bool OutgoingSegments::grow() {
  const std::size_t size = segmentBytes(limits_.chunksPerSegment);
  if (bytes() + size > std::max(limits_.bytesMax, size) || segments_.size() >= limits::kSegmentsPerPeerMax) return false;
  auto shared = platform::SharedMemory::create(size);
  if (!shared) return false;  // as at the limit: the system has no more either
  auto segment = std::make_unique<Segment>();
  segment->shared = std::move(*shared);
  segment->memory = SegmentMemory(segment->shared.data(), limits_.chunksPerSegment);
  const auto id = static_cast<std::uint32_t>(segments_.size());
  segment->memory.format(id, peer_.ownPid, peer_.peerPid, peer_.port);
  const platform::Handle handle = segment->shared.handle();
  segments_.push_back(std::move(segment));
  if (announce_({id, limits_.chunksPerSegment}, handle)) return true;
  segments_.pop_back();
  return false;
}

bool OutgoingSegments::increase(SharedBuffer& buffer, std::size_t bytes, std::size_t bytesMin) {
  const std::uint32_t wanted = std::max(chunksFor(bytes), buffer.chunks);
  const std::uint32_t least = chunksFor(std::min(bytesMin, bytes));
  auto& segment = *segments_[buffer.segment];
  const std::uint32_t next = buffer.firstChunk + buffer.chunks;
  const std::uint32_t taken = segment.takeRun(next, wanted - buffer.chunks);
  if (buffer.chunks + taken < least) {
    segment.give(next, taken);
    return false;
  }
  buffer.chunks += taken;
  return true;
}

void OutgoingSegments::shrink(SharedBuffer& buffer, std::size_t bytes) {
  const std::uint32_t kept = std::min(chunksFor(bytes), buffer.chunks);
  segments_[buffer.segment]->give(buffer.firstChunk + kept, buffer.chunks - kept);
  buffer.chunks = kept;
  buffer.size = std::min<std::uint32_t>(buffer.size, static_cast<std::uint32_t>(buffer.capacity()));
  if (kept == 0) buffer = {};
}

void OutgoingSegments::release(SharedBuffer& buffer) {
  if (buffer) shrink(buffer, 0);
}

void OutgoingSegments::letGo(SharedBuffer& buffer) {
  for (std::uint32_t i = 0; i < buffer.chunks; ++i) segments_[buffer.segment]->setHeld(buffer.firstChunk + i, false);
  buffer = {};
}

ChunkRef OutgoingSegments::handOver(SharedBuffer& buffer) {
  SLUICE_ASSERT(owns(buffer) && buffer.size > 0 && buffer.size <= buffer.capacity());
  shrink(buffer, buffer.size);
  auto& segment = *segments_[buffer.segment];
  for (std::uint32_t i = 0; i < buffer.chunks; ++i) segment.setHeld(buffer.firstChunk + i, false);
  const ChunkRef ref{buffer.segment, buffer.firstChunk, buffer.size};
  buffer = {};
  return ref;
}

SharedBuffer OutgoingSegments::takeBack(const ChunkRef& ref) {
  auto buffer = bufferAt(ref.segment, ref.chunk, chunksFor(ref.size));
  buffer.size = ref.size;
  for (std::uint32_t i = 0; i < buffer.chunks; ++i) segments_[ref.segment]->setHeld(ref.chunk + i, true);
  return buffer;
}

bool OutgoingSegments::owns(const SharedBuffer& buffer) const {
  if (!buffer || buffer.segment >= segments_.size() || buffer.firstChunk >= limits_.chunksPerSegment) return false;
  return segments_[buffer.segment]->memory.chunk(buffer.firstChunk) == buffer.data;
}

std::optional<TrackRef> OutgoingSegments::track(std::uint32_t stream) {
  if (segments_.empty() && !grow()) return std::nullopt;
  for (std::uint32_t id = 0; id < segments_.size(); ++id) {
    if (const auto slot = segments_[id]->memory.track(stream)) return TrackRef{id, *slot};
  }
  return std::nullopt;
}

bool OutgoingSegments::cancel(const TrackRef& track, std::uint32_t stream) {
  auto& memory = segments_[track.segment]->memory;
  if (memory.claim(track.slot, stream)) return true;  // the receiver frees the word when it comes to the message
  memory.freeTracking(track.slot);
  return false;
}

void OutgoingSegments::reclaim() {
  for (const auto& segment : segments_) {
    for (std::uint32_t chunk = 0; chunk < segment->memory.chunks(); ++chunk) {
      if (!segment->holds(chunk)) segment->memory.freeChunk(chunk);
    }
  }
  waiting_ = false;
}

std::size_t OutgoingSegments::freeChunks() const {
  std::size_t count = 0;
  for (const auto& segment : segments_) count += segment->memory.freeCount();
  return count;
}

std::size_t OutgoingSegments::chunksToBeHad(std::size_t enough) const {
  const std::size_t each = segmentBytes(limits_.chunksPerSegment);
  const std::size_t segmentsMax = std::min(std::max<std::size_t>(limits_.bytesMax / each, 1), limits::kSegmentsPerPeerMax);
  std::size_t count = (segmentsMax - std::min(segmentsMax, segments_.size())) * limits_.chunksPerSegment;
  for (const auto& segment : segments_) {
    for (std::size_t word = 0; word * 64 < segment->memory.chunks() && count < enough; ++word) {
      count += static_cast<std::size_t>(std::popcount(segment->memory.freeWord(word) & ~segment->held[word]));
    }
  }
  return count;
}

}  // namespace sluice::port
