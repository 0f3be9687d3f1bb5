// Who owns one end of a port and means harm: writes random and mutated headers, slots, references, sizes and maps, and
// changes memory while the other reads. Whatever it does, its victim must not crash, read outside what it mapped or go on
// for ever. One thread each.
#pragma once

#include <algorithm>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/pipe/choices.h"
#include "tests/support/port/ends.h"

namespace sluice::test {

class HostilePeer {
 public:
  // `queue`: the one that the victim reads from.
  HostilePeer(Choices& choices, RawEnd& raw, platform::SharedMemory queue)
      : choices_(choices), raw_(raw), queue_(std::move(queue)), rude_(choices.chance(50)) {
    platform::prepareServerProcess();
  }

  static constexpr std::uint32_t kSlotCount = 8;
  static constexpr std::uint32_t kSoundChunks = 4;

  void act() {
    if (!rude_ && choices_.below(400) > 0) return pushSound();
    switch (choices_.below(10)) {
      case 0: return sayNoise();
      case 1:
      case 2: return say();
      case 3:
      case 4: return push();
      case 5: return scribble(queue_);
      case 6: return makeSegment();
      case 7:
        if (!segments_.empty()) scribble(segments_[choices_.below(segments_.size())]);
        return;
      case 8: return takeChunks();
      default:
        if (choices_.chance(5)) raw_.socket.take();
        if (choices_.chance(5)) raw_.button = {};
        if (raw_.button) raw_.button.ring();
    }
  }

  // Takes one of the messages that the victim sent, for its segments' memory; a peer that harms writes into those too.
  void read() {
    std::vector<std::byte> bytes;
    platform::PortSocket::Message message;
    if (!raw_.hear(bytes, message) || bytes.size() < sizeof(port::MessageHeader) || !message.handles[0]) return;
    const auto header = port::copyOf<port::MessageHeader>(bytes);
    if (header.type != port::type::kSegment) return;
    auto memory = platform::SharedMemory::map(std::move(message.handles[0]), port::segmentBytes(4));
    if (memory) segments_.push_back(std::move(*memory));
  }

 private:
  std::string noise(std::size_t bytesMax) {
    std::string text(choices_.below(bytesMax + 1), '\0');
    for (char& each : text) each = static_cast<char>(choices_.below(256));
    return text;
  }

  void sayNoise() {
    const auto text = noise(64);
    if (!text.empty()) raw_.socket.send(asBytes(text), {}, handles());
  }

  port::MessageHeader header(std::size_t size) {
    static constexpr std::uint8_t kTypes[] = {1, 2, port::type::kHello, port::type::kWake, port::type::kReadSocket,
                                              port::type::kSegment, port::type::kChunksFreed, port::type::kQueueRoom, 0xff};
    auto made = raw_.header(kTypes[choices_.below(std::size(kTypes))], size, static_cast<std::uint8_t>(choices_.below(256)));
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
    raw_.say(header(text.size()), asBytes(text), handles());
  }
  void push() {
    if (queue_.size() == 0) return;
    const auto text = payload(port::kSlotPayloadBytes);
    push(header(text.size()), asBytes(text));
  }
  void push(const port::MessageHeader& header, Bytes payload) {
    port::QueueWriter<> writer(queue_.data(), kSlotCount);
    if (writer.push(header, payload) == port::QueueWriter<>::Push::DoneAndWake) {
      if (!raw_.button || !raw_.button.ring()) raw_.say(raw_.header(port::type::kWake, 0), {});
    }
  }

  // As an honest peer would: a chunk that is free, and that is said to be taken.
  void pushSound() {
    if (queue_.size() == 0) return;
    if (sound_.empty() || choices_.chance(1)) return makeSoundSegment();
    const auto id = static_cast<std::uint32_t>(choices_.below(sound_.size()));
    const port::SegmentMemory memory(sound_[id].data(), kSoundChunks);
    const auto chunk = static_cast<std::uint32_t>(choices_.below(kSoundChunks));
    if (!memory.takeChunk(chunk)) return;
    const port::ChunkRef ref{id, chunk, 1 + static_cast<std::uint32_t>(choices_.below(limits::kChunkBytes))};
    push(raw_.header(1, sizeof ref, port::flag::kLast | port::flag::kShared), port::bytesOf(ref));
    if (choices_.chance(2)) scribble(sound_[id]);
  }
  void makeSoundSegment() {
    if (sound_.size() == 3) return;
    auto memory = platform::SharedMemory::create(port::segmentBytes(kSoundChunks));
    if (!memory) return;
    const auto id = static_cast<std::uint32_t>(sound_.size());
    port::SegmentMemory(memory->data(), kSoundChunks).format(id, ownPid(), raw_.peerPid, 0);
    const port::SegmentNews news{id, kSoundChunks};
    const platform::Handle handle = memory->handle();
    push(raw_.header(port::type::kReadSocket, 0), {});  // it is to be known before what refers to it
    raw_.say(raw_.header(port::type::kSegment, sizeof news, port::flag::kLast | port::flag::kMarked), port::bytesOf(news),
             std::span(&handle, 1));
    sound_.push_back(std::move(*memory));
  }

  std::span<const platform::Handle> handles() {
    given_.clear();
    if (choices_.chance(70)) return {};
    for (auto count = choices_.below(3); count > 0; --count) {
      if (!segments_.empty()) given_.push_back(segments_[choices_.below(segments_.size())].handle());
    }
    if (given_.size() == 2 && bell_.second && choices_.chance(50)) given_[1] = bell_.second.handle();
    return given_;
  }

  void makeSegment() {
    const auto chunks = static_cast<std::uint32_t>(choices_.between(1, 5));
    auto memory = platform::SharedMemory::create(port::segmentBytes(chunks));
    if (!memory) return;
    const auto id = static_cast<std::uint32_t>(choices_.below(4));
    port::SegmentMemory(memory->data(), chunks).format(id, ownPid(), raw_.peerPid, 0);
    const port::SegmentNews news{id, choices_.chance(90) ? chunks : number(700)};
    const platform::Handle handle = memory->handle();
    raw_.say(raw_.header(port::type::kSegment, sizeof news), port::bytesOf(news), std::span(&handle, 1));
    segments_.push_back(std::move(*memory));
  }
  void takeChunks() {
    for (auto& segment : segments_) {
      const port::SegmentMemory memory(segment.data(), 1);
      for (auto count = choices_.below(5); count > 0; --count) memory.takeChunk(static_cast<std::uint32_t>(choices_.below(5)));
    }
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
  RawEnd& raw_;
  platform::SharedMemory queue_;
  bool rude_ = false;  // otherwise nearly all that it says makes sense, so that the port lives to see the rest
  std::vector<platform::SharedMemory> sound_;  // by their ids
  std::vector<platform::SharedMemory> segments_;
  std::vector<platform::Handle> given_;
  std::pair<platform::Doorbell, platform::DoorbellButton> bell_ = platform::Doorbell::make();  // which nobody silences
};

// What a port does that has such a peer, and what must be true of it.
class Victim {
 public:
  Victim(Choices& choices, PortEnd& end) : choices_(choices), end_(end) { end_.keepBuffers = true; }

  static port::Port::Options options() {
    port::Port::Options options;
    options.queueSlots = HostilePeer::kSlotCount;
    options.memory = {2 * port::segmentBytes(4), 4};
    return options;
  }

  // Goes about its own work: sends, reads what it was given, gives it back.
  void work() {
    if (choices_.chance(20)) end_.send(1, std::string(choices_.below(100), 'v'));
    if (choices_.chance(20)) end_.sendShared(2, std::string(1 + choices_.below(3 * limits::kChunkBytes), 'w'));
    if (choices_.chance(2)) end_.send(3, std::string(choices_.below(200'000), 'x'));
    if (choices_.chance(10)) sendToReadOn();
    if (choices_.chance(10)) sendTracked();
    if (choices_.chance(20)) end_.port->rung();
    if (choices_.chance(20)) readKept();
    if (choices_.chance(20)) end_.kept.clear();
    end_.messages.clear();
    end_.handles.clear();
    end_.notes.clear();
  }

  // Whether the port ended by what its peer did wrong, before that was gone.
  bool foundFault() const { return !end_.failures.empty() && end_.failures.front().code == Code::ProtocolFault; }
  // What is wrong with it, or nothing.
  std::string fault() const {
    if (end_.failures.size() > 1) return "the end was told more than once";
    for (const Error& each : end_.failures) {
      if (each.code != Code::ProtocolFault && each.code != Code::ConnectionReset) return "not said to be the peer's: " + describe(each);
    }
    if (end_.port->hasFailed() != !end_.failures.empty()) return "the port failed and nobody was told";
    if (end_.port->hasFailed() && end_.port->backlogBytes() != 0) return "a failed port keeps bytes";
    return {};
  }

 private:
  port::SharedBuffer filled() {
    auto& memory = end_.port->memory();
    auto buffer = memory.allocate(1 + choices_.below(limits::kChunkBytes));
    if (!buffer) return buffer;
    memory.increase(buffer, (1 + choices_.below(4)) * limits::kChunkBytes, limits::kChunkBytes);
    buffer.size = static_cast<std::uint32_t>(buffer.capacity());
    std::fill_n(buffer.data, buffer.size, std::byte('r'));
    return buffer;
  }
  port::Sent send(port::SharedBuffer& buffer, bool goesOnReading, std::optional<port::TrackRef> track = {}) {
    port::Outgoing message;
    message.type = 4;
    message.stream = kTracked;
    message.buffers = std::span(&buffer, 1);
    message.goesOnReading = goesOnReading;
    message.track = track;
    return end_.port->send(message);
  }
  static bool isTaken(port::Sent sent) { return sent == port::Sent::Done || sent == port::Sent::Queued; }

  // Reads what it sent until it lets that go, whatever the other does with it meanwhile.
  void sendToReadOn() {
    auto buffer = filled();
    if (!buffer) return;
    const bool taken = isTaken(send(buffer, true));
    read(buffer.bytes());
    taken ? end_.port->memory().letGo(buffer) : end_.port->memory().release(buffer);
  }
  // And cancels it at once: the other may have begun it all the same, or say so.
  void sendTracked() {
    auto& memory = end_.port->memory();
    auto buffer = filled();
    const auto track = buffer ? memory.track(kTracked) : std::nullopt;
    const port::ChunkRef ref{buffer.segment, buffer.firstChunk, buffer.size};
    const bool taken = track && isTaken(send(buffer, false, track));
    if (track && memory.cancel(*track, kTracked) && taken) buffer = memory.takeBack(ref);
    memory.release(buffer);
  }

  void read(Bytes bytes) {
    seen_ += std::accumulate(bytes.begin(), bytes.end(), 0u, [](unsigned a, std::byte b) { return a + unsigned(b); });
  }
  void readKept() {
    for (const auto& buffer : end_.kept) read(buffer.bytes());
  }

  static constexpr std::uint32_t kTracked = 2;

  Choices& choices_;
  PortEnd& end_;
  unsigned seen_ = 0;
};

// Both in one thread, in turns: what went wrong, or nothing.
inline std::string meetHostilePeer(Choices& choices) {
  LonePort lone(Victim::options(), choices.chance(90));
  HostilePeer peer(choices, lone.raw, lone.queue(HostilePeer::kSlotCount));
  Victim victim(choices, *lone.end);
  const auto steps = choices.between(5, 60);
  for (std::uint64_t i = 0; i < steps; ++i) {
    peer.act();
    if (choices.chance(60)) lone.end->turn();
    victim.work();
    peer.read();
  }
  lone.end->turn();
  return victim.fault();
}

}  // namespace sluice::test
