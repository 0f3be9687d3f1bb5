// Random conversations whose ends look after everything whenever they have a turn.
#include "tests/support/port/random_conversation.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;

SLUICE_TEST(everyConversationArrivesWhole) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "300"));
  const auto turn = [](PortEnd& end) {
    end.turn();
    return true;
  };
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const std::string fault = RandomConversation(seed, turn).run();
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
  }
}
