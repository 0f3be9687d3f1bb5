// Random conversations between two ports: messages of every kind and size, turns in any order, buffers kept and freed,
// cancels, and an end at any moment. What must hold: nothing is lost, nothing comes twice, order holds for each kind of
// message that may not overtake, and at the end every chunk is back.
#include <random>

#include "tests/support/port/ends.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::port;
using namespace sluice::test;

namespace {

constexpr std::uint8_t kSmall = 1;
constexpr std::uint8_t kLong = 2;
constexpr std::uint8_t kShared = 3;

class Conversation {
 public:
  explicit Conversation(std::uint64_t seed) : random_(seed) {
    Port::Options options;
    options.queueSlots = std::uint32_t(pick(4) == 0 ? 0 : 2 + pick(30));
    options.memory = {2 * segmentBytes(8), 8};
    pair_ = std::make_unique<PortPair>(options, pick(4) != 0);
    pair_->b->keepBuffers = pair_->a->keepBuffers = true;
  }

  std::string run() {
    for (int i = 0; i < 120; ++i) act();
    if (pick(5) == 0) return cutOff();
    pair_->run(400);
    free(*pair_->a);
    free(*pair_->b);
    pair_->run(400);
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
  struct Sent_ {
    std::uint8_t type;
    std::uint32_t stream;
    std::string payload;
  };

  std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

  void act() {
    const bool fromA = pick(2) == 0;
    auto& end = fromA ? *pair_->a : *pair_->b;
    auto& sent = fromA ? fromA_ : fromB_;
    switch (pick(8)) {
      case 0:
      case 1: return say(end, sent, kSmall, pick(kSlotPayloadBytes + 1));
      case 2: return say(end, sent, kLong, kSlotPayloadBytes + 1 + pick(3 * limits::kPortMessageBytes));
      case 3: return say(end, sent, kLong, pick(3 * limits::kPortShareBytes));
      case 4: return say(end, sent, kShared, 1 + pick(4 * limits::kChunkBytes));
      case 5: return free(end);
      default: return end.turn();
    }
  }

  void say(PortEnd& end, std::vector<Sent_>& sent, std::uint8_t type, std::size_t bytes) {
    if (!end.port->isReady() && type == kShared) return;
    const std::uint32_t stream = ++streams_;
    std::string payload(bytes, char('a' + stream % 26));
    const auto outcome = type == kShared ? end.sendShared(type, payload, stream) : end.send(type, payload, stream);
    if (outcome == Sent::Done || outcome == Sent::Queued) sent.push_back({type, stream, std::move(payload)});
  }

  void free(PortEnd& end) {
    while (!end.kept.empty()) end.kept.pop_back();
  }

  // Long ones may be overtaken after their share; all others arrive in the order in which they were sent.
  static std::string compare(const std::vector<Sent_>& sent, const PortEnd& to) {
    if (to.messages.size() != sent.size()) {
      return std::to_string(sent.size()) + " were sent, " + std::to_string(to.messages.size()) + " came";
    }
    std::map<std::uint32_t, const Sent_*> byStream;
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
    for (int i = 0; i < 50; ++i) other->turn();
    if (other->failures.size() != 1) return "the end was told " + std::to_string(other->failures.size()) + " times";
    if (other->port->backlogBytes() != 0) return "a dead port keeps bytes";
    auto& memory = other->port->memory();
    if (memory.freeChunks() != memory.chunks()) return "chunks of the dead are lost";
    free(*other);
    return {};
  }

  std::mt19937_64 random_;
  std::unique_ptr<PortPair> pair_;
  std::vector<Sent_> fromA_;
  std::vector<Sent_> fromB_;
  std::uint32_t streams_ = 0;
};

}  // namespace

SLUICE_TEST(everyConversationArrivesWhole) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "300"));
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string fault = Conversation(seed).run();
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
  }
}
