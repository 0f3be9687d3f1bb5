// The receiver's side of shared memory: the segments that one sender announced, and the chunks that came. A received
// buffer may live on any thread, and longer than its port; everything else belongs to the port's loop.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/port/segment.h"
#include "core/port/wire.h"
#include "platform/shared_memory.h"

namespace sluice::port {

// Rings when chunks were freed for which the sender waits: from any thread, and from no moment on after silence().
class FreedBell {
 public:
  explicit FreedBell(std::function<void()> ring) : ring_(std::move(ring)) {}
  void ring();
  void silence();

 private:
  std::mutex mutex_;  // rung only when a sender ran out of memory
  std::function<void()> ring_;
};

// Whether the sender still reads what it sent, which is then left as it is.
enum class SenderReads : bool { No, Yes };

// One mapping, unmapped with its last user. Counted by hand: buffers of it are copied into records by the thousand.
class IncomingSegment {
 public:
  IncomingSegment(platform::SharedMemory shared, std::uint32_t id, std::uint32_t chunks, std::shared_ptr<FreedBell> bell);

  void retain() { users_.fetch_add(1, std::memory_order_relaxed); }
  void release();

  const SegmentMemory& memory() const { return memory_; }
  std::uint32_t id() const { return id_; }

  // Notes that the run is being read. False: a part of it is already, so the sender has sent it twice.
  bool hold(std::uint32_t first, std::uint32_t count);
  void free(std::uint32_t first, std::uint32_t count, SenderReads reads);

 private:
  ~IncomingSegment() = default;

  // Immutable after construction.
  const platform::SharedMemory shared_;
  const SegmentMemory memory_;
  const std::uint32_t id_;
  const std::shared_ptr<FreedBell> bell_;

  // Shared by the threads of this process; no other process sees them.
  std::atomic<std::uint32_t> users_{1};
  std::array<std::atomic<std::uint64_t>, kSegmentMapWords> held_{};
};

// A run of chunks that came. They are freed with it. Any thread. The sender may still change the bytes, if it is hostile:
// what decides anything is copied first.
class ReceivedBuffer {
 public:
  ReceivedBuffer() = default;
  // REQUIRES: held.
  ReceivedBuffer(IncomingSegment& segment, std::uint32_t first, std::uint32_t size, SenderReads reads = SenderReads::No)
      : segment_(&segment), first_(first), size_(size), reads_(reads) {
    segment.retain();
  }
  ReceivedBuffer(ReceivedBuffer&& other) noexcept
      : segment_(std::exchange(other.segment_, nullptr)), first_(other.first_), size_(other.size_), reads_(other.reads_) {}
  ReceivedBuffer& operator=(ReceivedBuffer&& other) noexcept {
    std::swap(segment_, other.segment_);
    std::swap(first_, other.first_);
    std::swap(size_, other.size_);
    std::swap(reads_, other.reads_);
    return *this;
  }
  ~ReceivedBuffer() {
    if (segment_ == nullptr) return;
    segment_->free(first_, chunksFor(size_), reads_);
    segment_->release();
  }

  explicit operator bool() const { return segment_ != nullptr; }
  Bytes bytes() const { return segment_ == nullptr ? Bytes() : Bytes{segment_->memory().chunk(first_), size_}; }

 private:
  IncomingSegment* segment_ = nullptr;
  std::uint32_t first_ = 0;
  std::uint32_t size_ = 0;
  SenderReads reads_ = SenderReads::No;
};

class IncomingSegments {
 public:
  // `freed`: on any thread, when the sender is to be told that there are chunks again.
  explicit IncomingSegments(std::function<void()> freed);
  ~IncomingSegments();
  IncomingSegments(const IncomingSegments&) = delete;
  IncomingSegments& operator=(const IncomingSegments&) = delete;

  // Maps a segment, if everything about it is as announced. Code::ProtocolFault otherwise.
  Result<void> add(const SegmentNews& news, platform::OwnedHandle memory, std::uint32_t sourcePid, std::uint32_t ownPid);
  // Code::ProtocolFault: no such segment, not inside it, or chunks that are free or being read.
  Result<ReceivedBuffer> open(const ChunkRef& ref, SenderReads reads = SenderReads::No);
  // Whether the message that it belongs to is this side's now; otherwise its sender has cancelled it.
  Result<bool> begin(const TrackRef& track, std::uint32_t stream);

  std::size_t segments() const { return segments_.size(); }
  struct Use {
    std::size_t chunks = 0;
    std::size_t inUse = 0;  // of these, by either side
  };
  // As the maps say now, which the sender writes too.
  Use use() const;

 private:
  IncomingSegment* find(std::uint32_t id) const;

  std::shared_ptr<FreedBell> bell_;
  std::vector<IncomingSegment*> segments_;
};

}  // namespace sluice::port
