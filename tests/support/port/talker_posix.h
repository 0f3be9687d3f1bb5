// One of two that talk over a port, each in its own thread or process, in rounds: one says some messages of every kind, with rests
// between them, so that the other is found awake, asleep, and on its way to either; then the other does, who says nothing before it has
// heard them all. So nobody is woken by chance: whoever is not woken when it should be stands still, and both with it. In some rounds both
// talk at once. What each says is known to both. The end's thread.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <string>

#include "tests/support/port/waiting_end_posix.h"

namespace sluice::test {

enum class Turn : bool { First, Second };

class Talker {
 public:
  // So few chunks that it has to wait for those that the other frees.
  static constexpr port::OutgoingSegments::Limits kMemory{port::segmentBytes(4), 4};

  // Says `count` messages, and hears as many.
  Talker(PortEnd& end, Turn turn, int count) : end_(end), turn_(turn), count_(count) {}

  // False: nothing came that would let it go on, for longer than any machine needs, or the port is over.
  bool step() {
    while (maySay()) {
      rest();
      if (say() == port::Sent::Again) break;
      ++said_;
      beginRound();
    }
    if (isDone()) return true;
    const bool moved = turnWhenReady(end_, kPatienceMs);
    hear();
    beginRound();
    return moved;
  }
  bool isDone() const { return said_ == count_ && heard_ == count_ && !end_.port->hasBacklog(); }
  int heard() const { return heard_; }
  // The first message that was not what the other said; nothing: all were.
  const std::string& fault() const { return fault_; }

 private:
  static constexpr int kPatienceMs = 60'000;
  static constexpr std::uint8_t kPlain = 1;
  static constexpr std::uint8_t kShared = 2;
  static constexpr std::uint8_t kWithHandle = 3;
  static constexpr std::size_t kMarkedBytes = port::kSlotPayloadBytes + 1;            // over the socket, behind a marker
  static constexpr std::size_t kFragmentsBytes = 2 * limits::kPortMessageBytes + 100;  // not past its share: keeps its order
  static constexpr std::size_t kChunksBytes = 2 * limits::kChunkBytes + 10;

  struct Line {
    std::uint8_t type;
    std::string payload;
  };
  // What both say as their message of this number.
  static Line lineOf(int number) {
    const char letter = char('a' + number % 26);
    if (number % 97 == 0) return {kWithHandle, std::string(20, letter)};
    if (number % 53 == 0) return {kPlain, std::string(kFragmentsBytes, letter)};
    if (number % 11 == 0) return {kPlain, std::string(kMarkedBytes, letter)};
    if (number % 4 == 0) return {kPlain, std::string(std::size_t(number) % port::kSlotPayloadBytes, letter)};
    return {kShared, std::string(number % 2 == 0 ? 30 : kChunksBytes, letter)};
  }

  bool maySay() const {
    const bool talksNow = turn_ == Turn::First || round_ % 4 == 3 || heard_ >= roundEnd_;
    return talksNow && said_ < roundEnd_;
  }
  void beginRound() {
    while (said_ == roundEnd_ && heard_ >= roundEnd_ && roundEnd_ < count_) roundEnd_ = std::min(count_, roundEnd_ + 1 + ++round_ % 3);
  }
  // Before the last message of a round, the one that nothing else can make up for: from nothing to what it takes the other to wake up,
  // look around and fall asleep.
  void rest() const {
    const auto length = said_ + 1 == roundEnd_ ? std::uint32_t(said_) * 2'654'435'761U >> 16 : 0;
    for (std::uint32_t i = 0; i < length; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  port::Sent say() {
    const auto line = lineOf(said_);
    const auto stream = std::uint32_t(said_);
    if (line.type == kShared) return end_.sendShared(line.type, line.payload, stream);
    if (line.type == kPlain) return end_.send(line.type, line.payload, stream);
    const platform::Handle given = memory_->handle();
    port::Outgoing message;
    message.type = line.type;
    message.stream = stream;
    message.payload = asBytes(line.payload);
    message.handles = std::span(&given, 1);
    return end_.port->send(message);
  }

  void hear() {
    for (const auto& each : end_.messages) {
      const auto line = lineOf(heard_);
      const bool right = each.stream == std::uint32_t(heard_) && each.type == line.type && each.payload == line.payload &&
                         each.handles == (line.type == kWithHandle ? 1U : 0U);
      if (!right && fault_.empty()) fault_ = "message " + std::to_string(heard_) + " came as stream " + std::to_string(each.stream);
      ++heard_;
    }
    end_.messages.clear();
    for (auto& handle : end_.handles) {
      const bool mapped = platform::SharedMemory::map(std::move(handle), memory_->size()).has_value();
      if (!mapped && fault_.empty()) fault_ = "a handle came that is not what was sent";
    }
    end_.handles.clear();
  }

  PortEnd& end_;
  const Turn turn_;
  const int count_;
  const Result<platform::SharedMemory> memory_ = platform::SharedMemory::create(4096);
  int round_ = 0;
  int roundEnd_ = 1;  // how many are said when it is over
  int said_ = 0;
  int heard_ = 0;
  std::string fault_;
};

}  // namespace sluice::test
