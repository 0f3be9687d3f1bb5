// The queue of one receiving port: a ring of fixed slots in memory that all its writers share. Many writers, one reader,
// no locks, no system call while the reader is awake. Any thread of any process may hold a writer; the reader belongs to
// one loop.
//
// A slot at position p of the endless sequence of messages belongs to lap p / slots. Its word is 2 * lap while it is
// free for that lap, 2 * lap + 1 when it is filled: so fresh memory, all zeros, is an empty queue.
//
// Waking: the reader declares itself idle, looks once more, and only then waits on its socket. A writer that finds it
// idle makes it awake and sends one wake-up; after several messages, if it likes. Room: RoomFlag, in the other direction.
// tests/property/port tries both in every order that C++ allows.
//
// The other side may write anything into this memory at any time: neither side believes a position or a size that it
// reads, and every loop ends.
#pragma once

#include <array>
#include <cstdint>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/port/shared_access.h"
#include "core/port/wire.h"

namespace sluice::port {

// One cache line: two writers never share one, and three chunk references fit beside the header.
struct QueueSlot {
  std::uint64_t turn = 0;
  MessageHeader header;
  std::array<std::byte, 40> payload{};
};
static_assert(std::is_trivially_copyable_v<QueueSlot> && sizeof(QueueSlot) == 64);

struct QueueHead {
  alignas(64) std::uint64_t tail = 0;         // next position to write; the writers' line
  alignas(64) std::uint32_t readerState = 0;  // the handshake's line
  std::uint32_t writerWaits = 0;              // a writer found no room: tell it when there is
};
static_assert(std::is_trivially_copyable_v<QueueHead> && sizeof(QueueHead) == 128);

inline constexpr std::size_t kSlotPayloadBytes = sizeof(QueueSlot::payload);
inline constexpr std::size_t kQueueHeadBytes = 4096;  // a page, so that slotCount are aligned on every system
static_assert(sizeof(QueueHead) <= kQueueHeadBytes);

constexpr std::size_t queueBytes(std::uint32_t slotCount) { return kQueueHeadBytes + slotCount * sizeof(QueueSlot); }

struct QueueItem {
  MessageHeader header;
  std::array<std::byte, kSlotPayloadBytes> payload;
};

// What both ends know of the memory. `slots` is agreed, never read from it.
template <class Access>
class QueueMemory {
 protected:
  static constexpr std::uint32_t kAwake = 0;
  static constexpr std::uint32_t kIdle = 1;

  // REQUIRES: memory holds queueBytes(slots) bytes; slots > 0.
  QueueMemory(std::byte* memory, std::uint32_t slotCount)
      : head_(reinterpret_cast<QueueHead*>(memory)),
        slots_(reinterpret_cast<QueueSlot*>(memory + kQueueHeadBytes)),
        count_(slotCount) {}

  QueueHead& head() const { return *head_; }
  QueueSlot& slotAt(std::uint64_t position) const { return slots_[position % count_]; }
  std::uint64_t freeAt(std::uint64_t position) const { return position / count_ * 2; }

 private:
  QueueHead* head_;
  QueueSlot* slots_;
  std::uint32_t count_;
};

template <class Access = DirectAccess>
class QueueWriter : private QueueMemory<Access> {
 public:
  using QueueMemory<Access>::QueueMemory;
  QueueWriter(std::byte* memory, std::uint32_t slotCount) : QueueMemory<Access>(memory, slotCount) {}

  enum class Push : std::uint8_t {
    Done,
    DoneAndWake,  // the reader waits on its socket: send one wake-up
    Again,        // full, or too many writers at once
  };
  enum class Reader : std::uint8_t {
    Wake,
    LetWait,  // until wake(), which is to follow
  };
  // REQUIRES: payload.size() <= kSlotPayloadBytes.
  Push push(const MessageHeader& header, Bytes payload, Reader reader = Reader::Wake) {
    SLUICE_ASSERT(payload.size() <= kSlotPayloadBytes);
    for (std::size_t attempt = 0; attempt < limits::kPortQueueAttemptsMax; ++attempt) {
      const std::uint64_t position = Access::load(this->head().tail);
      QueueSlot& slot = this->slotAt(position);
      const std::uint64_t turn = Access::load(slot.turn);
      const std::uint64_t wanted = this->freeAt(position);
      if (turn < wanted) {
        if (Access::load(this->head().tail) == position) return Push::Again;
        continue;
      }
      if (turn != wanted || !Access::compareExchange(this->head().tail, position, position + 1)) continue;
      Access::copy(&slot.header, &header, sizeof header);
      if (!payload.empty()) Access::copy(slot.payload.data(), payload.data(), payload.size());
      Access::store(slot.turn, wanted + 1);
      return reader == Reader::Wake && wake() ? Push::DoneAndWake : Push::Done;
    }
    return Push::Again;
  }

  // True: the reader waits on its socket: send one wake-up.
  bool wake() { return Access::exchange(this->head().readerState, this->kAwake) == this->kIdle; }

  // After Again: asks to be told of room. Try once more after this call before waiting.
  void waitForRoom() { RoomFlag<Access>::raise(this->head().writerWaits); }
};

template <class Access = DirectAccess>
class QueueReader : private QueueMemory<Access> {
 public:
  QueueReader(std::byte* memory, std::uint32_t slotCount) : QueueMemory<Access>(memory, slotCount) {}

  // Copies the next message out. False: nothing is there.
  bool pop(QueueItem& item) {
    QueueSlot& slot = this->slotAt(position_);
    const std::uint64_t filled = this->freeAt(position_) + 1;
    if (Access::load(slot.turn) != filled) return false;
    Access::copy(&item.header, &slot.header, sizeof item.header);
    Access::copy(item.payload.data(), slot.payload.data(), kSlotPayloadBytes);
    Access::store(slot.turn, filled + 1);
    ++position_;
    return true;
  }

  // True: wait on the socket; a wake-up comes with the next message. False: a message came meanwhile.
  bool becomeIdle() {
    Access::exchange(this->head().readerState, this->kIdle);
    if (Access::load(this->slotAt(position_).turn) != this->freeAt(position_) + 1) return true;
    becomeAwake();
    return false;
  }
  // Before popping again, whatever it was that ended the wait.
  void becomeAwake() { Access::exchange(this->head().readerState, this->kAwake); }

  // After popping: whether a writer found the queue full and is to be told that there is room. Clears the question.
  bool takeWriterWaits() { return RoomFlag<Access>::take(this->head().writerWaits); }

 private:
  std::uint64_t position_ = 0;  // the reader's own: nobody else can move it
};

}  // namespace sluice::port
