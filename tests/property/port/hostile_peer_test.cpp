// Peers that mean harm, by the thousand: --count=N of them from --seed=N on.
#include "tests/support/port/hostile_peer.h"
#include "tests/support/test.h"

using namespace sluice::test;

SLUICE_TEST(noPeerBreaksAPort) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "500"));
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Choices choices(seed);
    const std::string fault = meetHostilePeer(choices);
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
  }
}
