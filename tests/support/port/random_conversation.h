// Random conversations between two ports: messages of every kind and size, turns in any order, buffers kept and freed,
// cancels, and an end at any moment. What must hold: nothing is lost, nothing comes twice, order holds for each kind of
// message that may not overtake, and at the end every chunk is back. One thread.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/port/ends.h"

namespace sluice::test {

class RandomConversation {
 public:
  // What an end does when its turn comes. False: there was nothing to do.
  using Turn = bool (*)(PortEnd& end);

  RandomConversation(std::uint64_t seed, Turn turn) : random_(seed), turn_(turn) {
    port::Port::Options options;
    options.queueSlots = std::uint32_t(pick(4) == 0 ? 0 : 2 + pick(30));
    options.memory = {2 * port::segmentBytes(8), 8};
    pair_ = std::make_unique<PortPair>(options, /*greet=*/false);
    if (pick(4) != 0) settle();
    pair_->b->keepBuffers = pair_->a->keepBuffers = true;
  }

  std::string run() {
    for (int i = 0; i < 120; ++i) {
      act();
      if (pick(8) != 0) continue;
      // Nobody says more: what was said has to come all the same.
      settle();
      if (!arrived()) return "something stands still";
    }
    if (pick(5) == 0) return cutOff();
    settle();
    free(*pair_->a);
    free(*pair_->b);
    settle();
    for (auto* end : {pair_->a.get(), pair_->b.get()}) {
      if (!end->failures.empty()) return "a port failed: " + end->failures[0].detail;
      if (!end->notes.empty()) return "an oddity: " + end->notes[0];
      auto& memory = end->port->memory();
      if (memory.freeChunks() != memory.chunks()) return "chunks are lost";
    }
    for (auto* side : {&fromA_, &fromB_}) {
      auto& to = side == &fromA_ ? *pair_->b : *pair_->a;
      if (auto fault = compare(*side, to); !fault.empty()) return fault;
    }
    return {};
  }

 private:
  static constexpr std::uint8_t kSmall = 1;
  static constexpr std::uint8_t kLong = 2;
  static constexpr std::uint8_t kShared = 3;

  struct Said {
    std::uint8_t type;
    std::uint32_t stream;
    std::string payload;
  };

  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

  // Until nothing moves any more.
  void settle() {
    for (int i = 0; i < 400; ++i) {
      const bool moved = turn_(*pair_->a);
      if (!turn_(*pair_->b) && !moved) return;
    }
  }

  bool arrived() const { return pair_->b->messages.size() == fromA_.size() && pair_->a->messages.size() == fromB_.size(); }

  void act() {
    const bool fromA = pick(2) == 0;
    auto& end = fromA ? *pair_->a : *pair_->b;
    auto& sent = fromA ? fromA_ : fromB_;
    switch (pick(8)) {
      case 0:
      case 1: return say(end, sent, kSmall, pick(port::kSlotPayloadBytes + 1));
      case 2: return say(end, sent, kLong, port::kSlotPayloadBytes + 1 + pick(3 * limits::kPortMessageBytes));
      case 3: return say(end, sent, kLong, pick(3 * limits::kPortShareBytes));
      case 4: return say(end, sent, kShared, 1 + pick(4 * limits::kChunkBytes));
      case 5: return free(end);
      default: turn_(end);
    }
  }

  void say(PortEnd& end, std::vector<Said>& sent, std::uint8_t type, std::size_t bytes) {
    if (!end.port->isReady() && type == kShared) return;
    const std::uint32_t stream = ++streams_;
    std::string payload(bytes, char('a' + stream % 26));
    const auto outcome = type == kShared ? end.sendShared(type, payload, stream) : end.send(type, payload, stream);
    if (outcome == port::Sent::Done || outcome == port::Sent::Queued) sent.push_back({type, stream, std::move(payload)});
  }

  void free(PortEnd& end) {
    while (!end.kept.empty()) end.kept.pop_back();
  }

  // Long ones may be overtaken after their share; all others arrive in the order in which they were sent.
  static std::string compare(const std::vector<Said>& sent, const PortEnd& to) {
    if (to.messages.size() != sent.size()) {
      return std::to_string(sent.size()) + " were sent, " + std::to_string(to.messages.size()) + " came";
    }
    std::map<std::uint32_t, const Said*> byStream;
    for (const auto& each : sent) byStream[each.stream] = &each;
    std::uint32_t newest = 0;
    for (const auto& message : to.messages) {
      const auto found = byStream.find(message.stream);
      if (found == byStream.end()) return "stream " + std::to_string(message.stream) + " came twice or from nowhere";
      if (found->second->payload != message.payload || found->second->type != message.type) return "a message was changed";
      if (message.payload.size() <= limits::kPortShareBytes || message.type == kShared) {
        if (message.stream < newest) return "stream " + std::to_string(message.stream) + " came late";
        newest = message.stream;
      }
      byStream.erase(found);
    }
    return {};
  }

  std::string cutOff() {
    auto& victim = pick(2) == 0 ? pair_->a : pair_->b;
    auto& other = &victim == &pair_->a ? pair_->b : pair_->a;
    victim.reset();
    for (int i = 0; i < 50; ++i) turn_(*other);
    if (other->failures.size() != 1) return "the end was told " + std::to_string(other->failures.size()) + " times";
    if (other->port->backlogBytes() != 0) return "a dead port keeps bytes";
    auto& memory = other->port->memory();
    if (memory.freeChunks() != memory.chunks()) return "chunks of the dead are lost";
    free(*other);
    return {};
  }

  std::mt19937_64 random_;
  const Turn turn_;
  std::unique_ptr<PortPair> pair_;
  std::vector<Said> fromA_;
  std::vector<Said> fromB_;
  std::uint32_t streams_ = 0;
};

}  // namespace sluice::test
