// A process that owns one end of a port and means harm: it writes random and mutated headers, slots, references, sizes
// and maps, and changes memory while the other reads. Whatever it does, its victim must not crash, read outside what it
// mapped or go on for ever. One thread.
#pragma once

#include <algorithm>
#include <numeric>
#include <string>
#include <vector>

#include "tests/support/pipe/choices.h"
#include "tests/support/port/ends.h"

namespace sluice::test {

class HostilePeer {
 public:
  explicit HostilePeer(Choices& choices)
      : choices_(choices), lone_(options(), choices.chance(90)), queue_(lone_.queue(kSlotCount)) {
    lone_.end->keepBuffers = true;
  }

  // What is wrong with the victim, or nothing.
  std::string run() {
    const auto steps = choices_.between(5, 60);
    for (std::uint64_t i = 0; i < steps; ++i) {
      act();
      if (choices_.chance(60)) lone_.end->turn();
      answer();
      read();
    }
    lone_.end->turn();
    auto& end = *lone_.end;
    if (end.failures.size() > 1) return "the end was told more than once";
    if (end.port->hasFailed() != !end.failures.empty()) return "the port failed and nobody was told";
    if (end.port->hasFailed() && end.port->backlogBytes() != 0) return "a failed port keeps bytes";
    return {};
  }

 private:
  static constexpr std::uint32_t kSlotCount = 8;

  static port::Port::Options options() {
    port::Port::Options options;
    options.queueSlots = kSlotCount;
    options.memory = {2 * port::segmentBytes(4), 4};
    return options;
  }

  void act() {
    switch (choices_.below(12)) {
      case 0:
      case 1: return sayNoise();
      case 2:
      case 3: return say();
      case 4:
      case 5: return push();
      case 6: return scribble(queue_);
      case 7: return makeSegment();
      case 8:
        if (!segments_.empty()) scribble(segments_[choices_.below(segments_.size())]);
        return;
      case 9: return takeChunks();
      case 10:
        for (auto& buffer : lone_.end->kept) buffer = {};
        return lone_.end->kept.clear();
      default:
        if (choices_.chance(5)) lone_.raw.socket.take();
    }
  }

  // The victim goes about its own work.
  void answer() {
    auto& end = *lone_.end;
    if (choices_.chance(20)) end.send(1, std::string(choices_.below(100), 'v'));
    if (choices_.chance(20)) end.sendShared(2, std::string(1 + choices_.below(3 * limits::kChunkBytes), 'w'));
    if (choices_.chance(2)) end.send(3, std::string(choices_.below(200'000), 'x'));
  }

  // Reads what the victim sent, for its queue's and segments' memory; a peer that harms writes into those too.
  void read() {
    std::vector<std::byte> bytes;
    platform::PortSocket::Message message;
    if (!lone_.raw.hear(bytes, message) || bytes.size() < sizeof(port::MessageHeader) || !message.handles[0]) return;
    const auto header = port::copyOf<port::MessageHeader>(bytes);
    if (header.type != port::type::kSegment) return;
    auto memory = platform::SharedMemory::map(std::move(message.handles[0]), port::segmentBytes(4));
    if (memory) segments_.push_back(std::move(*memory));
  }
  void sum() {
    for (const auto& buffer : lone_.end->kept) {
      const auto bytes = buffer.bytes();
      seen_ += std::accumulate(bytes.begin(), bytes.end(), 0u, [](unsigned a, std::byte b) { return a + unsigned(b); });
    }
  }

  std::string noise(std::size_t bytesMax) {
    std::string text(choices_.below(bytesMax + 1), '\0');
    for (char& each : text) each = static_cast<char>(choices_.below(256));
    return text;
  }

  void sayNoise() {
    const auto text = noise(64);
    if (!text.empty()) lone_.raw.socket.send(asBytes(text), {}, handles());
  }

  port::MessageHeader header(std::size_t size) {
    static constexpr std::uint8_t kTypes[] = {1, 2, port::type::kHello, port::type::kWake, port::type::kReadSocket,
                                              port::type::kSegment, port::type::kChunksFreed, port::type::kQueueRoom, 0xff};
    auto made = lone_.raw.header(kTypes[choices_.below(std::size(kTypes))], size, static_cast<std::uint8_t>(choices_.below(64)));
    made.stream = static_cast<std::uint32_t>(choices_.below(4));
    if (choices_.chance(3)) made.pid = static_cast<std::uint32_t>(choices_.below(1u << 31));
    if (choices_.chance(5)) made.size = static_cast<std::uint32_t>(choices_.below(1u << 31));
    return made;
  }

  std::string payload(std::size_t bytesMax) {
    std::string text;
    switch (choices_.below(5)) {
      case 0: return noise(bytesMax);
      case 1: {
        const port::TrackRef track{number(3), number(1000)};
        text += asText(port::bytesOf(track));
        [[fallthrough]];
      }
      case 2:
        for (auto count = choices_.below(3); count > 0; --count) {
          const port::ChunkRef ref{number(3), number(6), number(3 * limits::kChunkBytes)};
          text += asText(port::bytesOf(ref));
        }
        break;
      case 3: {
        const port::SegmentNews news{number(4), number(6)};
        text += asText(port::bytesOf(news));
        break;
      }
      default: {
        port::Hello hello;
        hello.queueSlots = number(20);
        text += asText(port::bytesOf(hello));
      }
    }
    return text.substr(0, bytesMax);
  }
  // Small, or one of those that overflow.
  std::uint32_t number(std::uint64_t small) {
    if (choices_.chance(90)) return static_cast<std::uint32_t>(choices_.below(small + 1));
    static constexpr std::uint32_t kOdd[] = {0x7fffffff, 0x80000000, 0xffffffff, 0xfffffff0, 0x40000};
    return kOdd[choices_.below(std::size(kOdd))];
  }

  void say() {
    const auto text = choices_.chance(3) ? std::string(limits::kPortMessageBytes, 'l') : payload(100);
    lone_.raw.say(header(text.size()), asBytes(text), handles());
  }
  void push() {
    if (queue_.size() == 0) return;
    const auto text = payload(port::kSlotPayloadBytes);
    auto made = header(text.size());
    port::QueueWriter<> writer(queue_.data(), kSlotCount);
    if (writer.push(made, asBytes(text)) == port::QueueWriter<>::Push::DoneAndWake) {
      lone_.raw.say(lone_.raw.header(port::type::kWake, 0), {});
    }
  }

  std::span<const platform::Handle> handles() {
    given_.clear();
    if (choices_.chance(70)) return {};
    for (auto count = choices_.below(3); count > 0; --count) {
      if (!segments_.empty()) given_.push_back(segments_[choices_.below(segments_.size())].handle());
    }
    return given_;
  }

  void makeSegment() {
    const auto chunks = static_cast<std::uint32_t>(choices_.between(1, 5));
    auto memory = platform::SharedMemory::create(port::segmentBytes(chunks));
    if (!memory) return;
    const auto id = static_cast<std::uint32_t>(choices_.below(4));
    port::SegmentMemory(memory->data(), chunks).format(id, ownPid(), ownPid(), 0);
    const port::SegmentNews news{id, choices_.chance(90) ? chunks : number(700)};
    const platform::Handle handle = memory->handle();
    lone_.raw.say(lone_.raw.header(port::type::kSegment, sizeof news), port::bytesOf(news), std::span(&handle, 1));
    segments_.push_back(std::move(*memory));
  }
  void takeChunks() {
    for (auto& segment : segments_) {
      const port::SegmentMemory memory(segment.data(), 1);
      for (auto count = choices_.below(5); count > 0; --count) memory.takeChunk(static_cast<std::uint32_t>(choices_.below(5)));
    }
    sum();
  }

  void scribble(platform::SharedMemory& memory) {
    if (memory.size() == 0) return;
    for (auto count = choices_.between(1, 8); count > 0; --count) {
      // Mostly where the words are that steer something.
      const std::size_t range = choices_.chance(80) ? std::min<std::size_t>(memory.size(), 5000) : memory.size();
      auto& word = *reinterpret_cast<std::uint64_t*>(memory.data() + choices_.below(range / 8) * 8);
      word = choices_.chance(50) ? choices_.below(8) : ~choices_.below(1u << 31);
    }
  }

  Choices& choices_;
  LonePort lone_;
  platform::SharedMemory queue_;
  std::vector<platform::SharedMemory> segments_;
  std::vector<platform::Handle> given_;
  unsigned seen_ = 0;
};

}  // namespace sluice::test
