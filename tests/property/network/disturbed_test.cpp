// Receives and sends that move a byte or two, and rows of calls that would block: all of it arrives unchanged, however long it
// takes. --count=N schedules from --seed=N on.
#include "conversation.h"
#include "tests/support/test.h"

using namespace sluice::test;

namespace {

void allArrives(Conversation::Kind kind) {
  Conversation::Stage stage;
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "12"));
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    SocketFaults::Plan plan;
    plan.seed = seed;
    plan.shortInHundred = static_cast<int>(seed * 37 % 101);
    plan.blockedInHundred = static_cast<int>(seed * 23 % 67);
    Conversation conversation(stage, kind, plan);
    const auto fault = conversation.run();
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
    QVERIFY(conversation.disturbed() > 0);
  }
}

}  // namespace

SLUICE_TEST(exchangesSurviveADisturbedNetwork) { allArrives(Conversation::Kind::Plain); }
SLUICE_TEST(exchangesOfAReverseListenerSurviveADisturbedNetwork) { allArrives(Conversation::Kind::Reverse); }
SLUICE_TEST(exchangesOverSocksSurviveADisturbedNetwork) { allArrives(Conversation::Kind::Socks); }
SLUICE_TEST(webSocketsSurviveADisturbedNetwork) { allArrives(Conversation::Kind::WebSocket); }
SLUICE_TEST(interceptedExchangesSurviveADisturbedNetwork) { allArrives(Conversation::Kind::Intercepted); }
SLUICE_TEST(tunnelsSurviveADisturbedNetwork) { allArrives(Conversation::Kind::Tunnel); }
