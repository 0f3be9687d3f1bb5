#include "core/port/segment.h"

#include <bit>
#include <cstring>

#include "core/port/shared_access.h"
#include "core/port/wire.h"

namespace sluice::port {
namespace {

using Access = DirectAccess;

constexpr std::uint32_t kMagic = 0x53'43'4c'53;  // "SLCS"

constexpr std::uint64_t bitOf(std::uint32_t index) { return std::uint64_t{1} << (index % 64); }

}  // namespace

void SegmentMemory::format(std::uint32_t id, std::uint32_t sourcePid, std::uint32_t destinationPid,
                           std::uint32_t port) const {
  auto& header = *new (memory_) SegmentHeader;
  header.magic = kMagic;
  header.version = kPortVersion;
  header.id = id;
  header.sourcePid = sourcePid;
  header.destinationPid = destinationPid;
  header.port = port;
  header.chunks = chunks_;
  for (std::uint32_t i = 0; i < chunks_; ++i) header.freeChunks[i / 64] |= bitOf(i);
  header.freeTracking.fill(~std::uint64_t{0});
}

bool SegmentMemory::says(std::uint32_t id, std::uint32_t sourcePid, std::uint32_t destinationPid) const {
  std::array<std::uint32_t, 7> copy{};
  static_assert(offsetof(SegmentHeader, outOfMemory) == sizeof copy);
  std::memcpy(copy.data(), memory_, sizeof copy);
  return copy[0] == kMagic && copy[1] == kPortVersion && copy[2] == id && copy[3] == sourcePid &&
         copy[4] == destinationPid && copy[6] == chunks_;
}

bool SegmentMemory::takeChunk(std::uint32_t chunk) const {
  return (Access::fetchAnd(header().freeChunks[chunk / 64], ~bitOf(chunk)) & bitOf(chunk)) != 0;
}

void SegmentMemory::freeChunk(std::uint32_t chunk) const { Access::fetchOr(header().freeChunks[chunk / 64], bitOf(chunk)); }

bool SegmentMemory::isFree(std::uint32_t chunk) const { return (freeWord(chunk / 64) & bitOf(chunk)) != 0; }

std::uint64_t SegmentMemory::freeWord(std::size_t word) const { return Access::load(header().freeChunks[word]); }

std::uint32_t SegmentMemory::freeCount() const {
  std::uint32_t count = 0;
  for (std::size_t word = 0; word < kSegmentMapWords; ++word) count += std::uint32_t(std::popcount(freeWord(word)));
  return count;
}

void SegmentMemory::setOutOfMemory() const { RoomFlag<Access>::raise(header().outOfMemory); }

bool SegmentMemory::takeOutOfMemory() const { return RoomFlag<Access>::take(header().outOfMemory); }

std::optional<std::uint32_t> SegmentMemory::track(std::uint32_t stream) const {
  for (std::uint32_t word = 0; word < kSegmentMapWords; ++word) {
    auto& map = header().freeTracking[word];
    // One pass over a copy: whoever keeps changing the map cannot keep this loop going.
    for (auto free = Access::load(map); free != 0; free &= free - 1) {
      const auto bit = free & (~free + 1);
      if ((Access::fetchAnd(map, ~bit) & bit) == 0) continue;
      const auto slot = word * 64 + std::uint32_t(std::countr_zero(bit));
      Access::store(header().tracking[slot], stream);
      return slot;
    }
  }
  return std::nullopt;
}

bool SegmentMemory::claim(std::uint32_t slot, std::uint32_t stream) const {
  return stream != 0 && Access::compareExchange(header().tracking[slot], stream, 0U);
}

void SegmentMemory::freeTracking(std::uint32_t slot) const {
  Access::fetchOr(header().freeTracking[slot / 64], bitOf(slot));
}

}  // namespace sluice::port
