#include "core/port/incoming_segments.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/base/assert.h"
#include "core/base/limits.h"

namespace sluice::port {
namespace {

tl::unexpected<Error> fault(std::string detail) { return fail(Side::Local, Code::ProtocolFault, std::move(detail)); }

std::string text(const ChunkRef& ref) {
  return "segment " + std::to_string(ref.segment) + ", chunk " + std::to_string(ref.chunk) + ", " +
         std::to_string(ref.size) + " bytes";
}

// The bits of chunks [first, first + count) that lie in this word of a map.
std::uint64_t bitsOf(std::uint32_t first, std::uint32_t count, std::uint32_t word) {
  const std::uint32_t begin = std::max(first, word * 64);
  const std::uint32_t end = std::min(first + count, word * 64 + 64);
  if (begin >= end) return 0;
  const std::uint64_t ones = end - begin == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << (end - begin)) - 1;
  return ones << (begin % 64);
}

#ifdef SLUICE_INVARIANTS
constexpr bool kFillsFreedWithJunk = true;
#else
constexpr bool kFillsFreedWithJunk = false;
#endif
constexpr int kJunk = 0xa5;

}  // namespace

void FreedBell::ring() {
  const std::lock_guard lock(mutex_);
  if (ring_) ring_();
}

void FreedBell::silence() {
  const std::lock_guard lock(mutex_);
  ring_ = nullptr;
}

IncomingSegment::IncomingSegment(platform::SharedMemory shared, std::uint32_t id, std::uint32_t chunks,
                                 std::shared_ptr<FreedBell> bell)
    : shared_(std::move(shared)), memory_(shared_.data(), chunks), id_(id), bell_(std::move(bell)) {}

void IncomingSegment::release() {
  if (users_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
}

bool IncomingSegment::hold(std::uint32_t first, std::uint32_t count) {
  for (std::uint32_t word = first / 64; word * 64 < first + count; ++word) {
    const auto bits = bitsOf(first, count, word);
    const auto before = held_[word].fetch_or(bits, std::memory_order_acq_rel);
    if ((before & bits) == 0) continue;
    held_[word].fetch_and(~(bits & ~before), std::memory_order_acq_rel);
    for (std::uint32_t done = first / 64; done < word; ++done) {
      held_[done].fetch_and(~bitsOf(first, count, done), std::memory_order_acq_rel);
    }
    return false;
  }
  return true;
}

void IncomingSegment::free(std::uint32_t first, std::uint32_t count, SenderReads reads) {
  if (kFillsFreedWithJunk && reads == SenderReads::No) std::memset(memory_.chunk(first), kJunk, count * limits::kChunkBytes);
  for (std::uint32_t word = first / 64; word * 64 < first + count; ++word) {
    held_[word].fetch_and(~bitsOf(first, count, word), std::memory_order_acq_rel);
  }
  for (std::uint32_t chunk = first; chunk < first + count; ++chunk) memory_.freeChunk(chunk);
  if (memory_.takeOutOfMemory()) bell_->ring();
}

IncomingSegments::IncomingSegments(std::function<void()> freed) : bell_(std::make_shared<FreedBell>(std::move(freed))) {}

IncomingSegments::~IncomingSegments() {
  bell_->silence();
  for (auto* segment : segments_) segment->release();
}

Result<void> IncomingSegments::add(const SegmentNews& news, platform::OwnedHandle memory, std::uint32_t sourcePid,
                                   std::uint32_t ownPid) {
  if (!memory) return fault("a segment came without its memory");
  if (news.chunks == 0 || news.chunks > kSegmentChunksMax) {
    return fault("a segment of " + std::to_string(news.chunks) + " chunks was announced");
  }
  if (segments_.size() >= limits::kSegmentsPerPeerMax) return fault("too many segments were announced");
  if (find(news.id) != nullptr) return fault("segment " + std::to_string(news.id) + " was announced twice");
  auto shared = platform::SharedMemory::map(std::move(memory), segmentBytes(news.chunks));
  if (!shared) return fail(std::move(shared.error()));
  if (!SegmentMemory(shared->data(), news.chunks).says(news.id, sourcePid, ownPid)) {
    return fault("segment " + std::to_string(news.id) + " is not what was announced");
  }
  segments_.push_back(new IncomingSegment(std::move(*shared), news.id, news.chunks, bell_));
  return {};
}

IncomingSegment* IncomingSegments::find(std::uint32_t id) const {
  const auto found = std::find_if(segments_.begin(), segments_.end(), [id](auto* each) { return each->id() == id; });
  return found == segments_.end() ? nullptr : *found;
}

IncomingSegments::Use IncomingSegments::use() const {
  Use use;
  for (const auto* segment : segments_) {
    const std::size_t chunks = segment->memory().chunks();
    use.chunks += chunks;
    use.inUse += chunks - std::min<std::size_t>(segment->memory().freeCount(), chunks);
  }
  return use;
}

Result<ReceivedBuffer> IncomingSegments::open(const ChunkRef& ref, SenderReads reads) {
  auto* segment = find(ref.segment);
  if (segment == nullptr) return fault("a reference to an unknown segment: " + text(ref));
  const std::uint32_t all = segment->memory().chunks();
  if (ref.size == 0 || ref.chunk >= all || ref.size > (all - ref.chunk) * limits::kChunkBytes) {
    return fault("a reference past its segment: " + text(ref));
  }
  const std::uint32_t count = chunksFor(ref.size);
  for (std::uint32_t chunk = ref.chunk; chunk < ref.chunk + count; ++chunk) {
    if (segment->memory().isFree(chunk)) return fault("a reference to a free chunk: " + text(ref));
  }
  if (!segment->hold(ref.chunk, count)) return fault("a chunk was sent twice: " + text(ref));
  return ReceivedBuffer(*segment, ref.chunk, ref.size, reads);
}

Result<bool> IncomingSegments::begin(const TrackRef& track, std::uint32_t stream) {
  auto* segment = find(track.segment);
  if (segment == nullptr || track.slot >= kSegmentChunksMax) {
    return fault("a tracking word that does not exist: segment " + std::to_string(track.segment) + ", " +
                 std::to_string(track.slot));
  }
  if (segment->memory().claim(track.slot, stream)) return true;
  segment->memory().freeTracking(track.slot);
  return false;
}

}  // namespace sluice::port
