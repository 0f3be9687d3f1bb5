// Ports whose ends wait, as the engine's do: an end that nobody wakes stands still, however much lies in its queue.
#include <atomic>
#include <thread>

#include "tests/support/port/random_conversation.h"
#include "tests/support/port/talker_posix.h"
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

SLUICE_TEST(twoThreadsThatWaitForEachOtherMissNothing) {
  const int count = std::stoi(option("count", "10000"));
  port::Port::Options options;
  options.queueSlots = 16;
  options.memory = Talker::kMemory;
  PortPair pair(options);
  std::atomic<int> done{0};
  std::atomic<bool> stuck{false};
  Talker one(*pair.a, Turn::First, count), two(*pair.b, Turn::Second, count);
  const auto talk = [&](PortEnd& end, Talker& talker) {
    while (!stuck && !talker.isDone()) {
      if (!talker.step()) stuck = true;
    }
    // The other may still wait for a word of ours.
    for (++done; done < 2 && !stuck;) turnWhenReady(end, 1);
  };
  std::thread other([&] { talk(*pair.b, two); });
  talk(*pair.a, one);
  other.join();
  QVERIFY(pair.a->failures.empty() && pair.b->failures.empty());
  QVERIFY2(one.fault().empty(), one.fault().c_str());
  QVERIFY2(two.fault().empty(), two.fault().c_str());
  QCOMPARE(one.heard(), count);
  QCOMPARE(two.heard(), count);
  QVERIFY(!stuck);
}
