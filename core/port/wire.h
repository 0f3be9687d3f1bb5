// What crosses a port, byte for byte: the same on every system, little-endian. Everything here comes from another
// process: copy it, check it, then use the copy. Any thread.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/base/bytes.h"

namespace sluice::port {

static_assert(std::endian::native == std::endian::little, "messages are little-endian and are read in place");

// Raised by every change of anything in this file, in shared_queue.h or in segment.h: both programs are of one build.
inline constexpr std::uint32_t kPortVersion = 4;

namespace flag {
inline constexpr std::uint8_t kLast = 1;           // the last message of its stream
inline constexpr std::uint8_t kShared = 2;         // the payload is a list of ChunkRef, not bytes
inline constexpr std::uint8_t kNotFirst = 4;       // a further fragment
inline constexpr std::uint8_t kMoreFollow = 8;     // more fragments follow
inline constexpr std::uint8_t kTracked = 16;       // a TrackRef stands before the payload
inline constexpr std::uint8_t kMarked = 32;        // on the socket: a marker in the queue says when it is its turn
inline constexpr std::uint8_t kStillRead = 64;     // its sender goes on reading the chunks: who frees them leaves them as they are
}  // namespace flag

// Types of messages below this one are the owner's; the others are the port's own.
inline constexpr std::uint8_t kFirstOwnType = 0xf0;
namespace type {
inline constexpr std::uint8_t kHello = 0xf0;       // Hello; as handles the sender's queue and, if it has one, its doorbell's button
inline constexpr std::uint8_t kWake = 0xf1;        // the queue is not empty any more
inline constexpr std::uint8_t kReadSocket = 0xf2;  // in the queue: the next message stands in the socket
inline constexpr std::uint8_t kSegment = 0xf3;     // SegmentNews; the segment as a handle
inline constexpr std::uint8_t kChunksFreed = 0xf4; // there are chunks again ("shm-ack")
inline constexpr std::uint8_t kQueueRoom = 0xf5;   // there is room in the queue again
}  // namespace type

struct MessageHeader {
  std::uint32_t stream = 0;  // ties the messages of one request together
  std::uint32_t pid = 0;     // of the sender
  std::uint16_t replyPort = 0;
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::uint32_t size = 0;  // bytes of payload behind this header

  bool has(std::uint8_t wanted) const { return (flags & wanted) != 0; }
};
static_assert(std::is_trivially_copyable_v<MessageHeader> && sizeof(MessageHeader) == 16);

// A run of chunks, from the first byte of the first.
struct ChunkRef {
  std::uint32_t segment = 0;
  std::uint32_t chunk = 0;
  std::uint32_t size = 0;  // bytes
};
static_assert(std::is_trivially_copyable_v<ChunkRef> && sizeof(ChunkRef) == 12);

// Where the tracking word of a message lies.
struct TrackRef {
  std::uint32_t segment = 0;
  std::uint32_t slot = 0;
};
static_assert(std::is_trivially_copyable_v<TrackRef> && sizeof(TrackRef) == 8);

struct Hello {
  std::uint32_t magic = 0x50'43'4c'53;  // "SLCP"
  std::uint32_t version = kPortVersion;
  std::uint32_t queueSlots = 0;  // 0: no queue
  std::uint32_t protocol = 0;    // version of what their owners say to each other
};
static_assert(std::is_trivially_copyable_v<Hello> && sizeof(Hello) == 16);

struct SegmentNews {
  std::uint32_t id = 0;
  std::uint32_t chunks = 0;
};
static_assert(std::is_trivially_copyable_v<SegmentNews> && sizeof(SegmentNews) == 8);

template <class T>
Bytes bytesOf(const T& value) {
  static_assert(std::is_trivially_copyable_v<T>);
  return std::as_bytes(std::span(&value, 1));
}

// A copy of the `T` at the front of `bytes`. REQUIRES: bytes.size() >= sizeof(T).
template <class T>
T copyOf(Bytes bytes) {
  static_assert(std::is_trivially_copyable_v<T>);
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

}  // namespace sluice::port
