// Ports whose ends wait, as the engine's do: an end that nobody wakes stands still, however much lies in its queue.
#include <atomic>
#include <thread>

#include "tests/support/port/random_conversation.h"
#include "tests/support/port/waiting_end_posix.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(whoeverHasSomethingToReadIsWoken) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "300"));
  const auto turn = [](PortEnd& end) { return turnWhenReady(end); };
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string fault = RandomConversation(seed, turn).run();
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
  }
}

namespace {

// Says messages of every kind, few ahead of what it has heard, so that each is soon waited for; with rests between them, so that the other
// is found awake, asleep, and on its way to either. Waits where it can do nothing else.
class Talker {
 public:
  Talker(PortEnd& end, int count) : end_(end), count_(count) {}

  // False: nothing came that would let it go on, for longer than any machine needs.
  bool step() {
    const int ahead = 1 + said_ / 1000 % 4;
    while (said_ < count_ && said_ < int(end_.messages.size()) + ahead && say() != port::Sent::Again) ++said_;
    for (int rest = 0; rest < said_ % 300; ++rest) std::atomic_signal_fence(std::memory_order_seq_cst);
    return isDone() || turnWhenReady(end_, 60'000);
  }
  bool isDone() const { return said_ == count_ && int(end_.messages.size()) == count_ && !end_.port->hasBacklog(); }

 private:
  port::Sent say() {
    const auto number = std::uint32_t(said_);
    if (said_ % 11 == 0) return end_.send(2, std::string(port::kSlotPayloadBytes + 1, 'l'), number);
    return said_ % 5 == 0 ? end_.sendShared(3, "shared", number) : end_.send(1, "small", number);
  }

  PortEnd& end_;
  const int count_;
  int said_ = 0;
};

}  // namespace

SLUICE_TEST(twoThreadsThatWaitForEachOtherMissNothing) {
  const int count = std::stoi(option("count", "200000"));
  port::Port::Options options;
  options.queueSlots = 16;
  options.memory = {2 * port::segmentBytes(8), 8};
  PortPair pair(options);
  std::atomic<int> done{0};
  std::atomic<bool> stuck{false};
  const auto talk = [&](PortEnd& end) {
    Talker talker(end, count);
    while (!stuck && !talker.isDone()) {
      if (!talker.step()) stuck = true;
    }
    // The other may still wait for a word of ours.
    for (++done; done < 2 && !stuck;) turnWhenReady(end, 1);
  };
  std::thread other([&] { talk(*pair.b); });
  talk(*pair.a);
  other.join();
  for (const auto* end : {pair.a.get(), pair.b.get()}) {
    QVERIFY(end->failures.empty());
    QCOMPARE(int(end->messages.size()), count);
    for (int i = 0; i < count; ++i) QCOMPARE(end->messages[std::size_t(i)].stream, std::uint32_t(i));
  }
  QVERIFY(!stuck);
}
