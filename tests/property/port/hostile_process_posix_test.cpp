// A peer that means harm and is a process of its own: it changes what is shared at the very moment at which a port reads it.
// --rounds=N of them from --seed=N on, or --seconds=N.
#include <chrono>
#include <thread>

#include "tests/support/child_process_posix.h"
#include "tests/support/port/hostile_peer.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

namespace {

constexpr int kStepsMax = 2000;

// The victim's hello is under way.
platform::SharedMemory awaitQueue(RawEnd& raw) {
  for (;;) {
    auto queue = raw.queue(HostilePeer::kSlotCount);
    if (queue.size() > 0) return queue;
    std::this_thread::yield();
  }
}

// In the child.
int attack(std::uint64_t seed, RawEnd raw) {
  Choices choices(seed);
  if (choices.chance(90)) raw.greet();
  HostilePeer peer(choices, raw, awaitQueue(raw));
  const auto steps = choices.between(1, kStepsMax);
  for (std::uint64_t i = 0; i < steps; ++i) {
    peer.act();
    peer.read();
    if (i % 16 == 0) std::this_thread::yield();  // or its victim sees all of it at once, when it is over
  }
  return 0;
}

// The victim lives until its peer is gone, whatever becomes of the port. What is wrong with it, or nothing.
std::string meet(std::uint64_t seed, std::uint64_t& found) {
  auto sockets = platform::PortSocket::makePair(limits::kPortMessageBytes);
  const std::uint32_t self = ownPid();
  ChildProcess child([&] {
    sockets->first.take();
    return attack(seed, RawEnd{std::move(sockets->second), self});
  });
  sockets->second.take();
  Choices choices(~seed);
  auto options = Victim::options();
  options.peerPid = static_cast<std::uint32_t>(child.pid());
  PortEnd end(std::move(sockets->first), options);
  Victim victim(choices, end);
  while (!end.port->hasFailed()) {
    end.turn();
    victim.work();
  }
  child.endNow();
  found += victim.foundFault() ? 1 : 0;
  return victim.fault();
}

}  // namespace

// However long it goes on, the port has failed at the end: by a fault of its peer, or since that is gone.
SLUICE_TEST(noProcessBreaksAPort) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t rounds = std::stoull(option("rounds", "40"));
  const auto seconds = std::chrono::seconds(std::stoll(option("seconds", "0")));
  const auto end = std::chrono::steady_clock::now() + seconds;
  std::uint64_t seed = first, found = 0;
  for (; seconds.count() > 0 ? std::chrono::steady_clock::now() < end : seed < first + rounds; ++seed) {
    const std::string fault = meet(seed, found);
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
  }
  std::printf("%llu rounds, %llu ended by a fault of the peer\n", static_cast<unsigned long long>(seed - first),
              static_cast<unsigned long long>(found));
  QVERIFY(found >= (seed - first) / 4);
}
