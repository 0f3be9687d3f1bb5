// The N-th system call of the worker fails, for every N that there is: by a reset, by the end of the stream at that place, or by
// a refusal. --seed=N also disturbs what does not fail, in the way of that seed; --nth=N tries that one alone.
#include "conversation.h"
#include "tests/support/test.h"

using namespace sluice::test;
using Failure = SocketFaults::Failure;
using Kind = Conversation::Kind;

namespace {

constexpr std::uint64_t kCallsMax = 2000;  // a conversation has far fewer

void failsCleanly(Kind kind, Failure failure) {
  Conversation::Stage stage;
  const std::uint64_t seed = std::stoull(option("seed", "0"));
  const std::uint64_t only = std::stoull(option("nth", "0"));
  bool more = true;
  for (std::uint64_t nth = std::max<std::uint64_t>(only, 1); more; ++nth) {
    SocketFaults::Plan plan;
    plan.failure = failure;
    plan.failing = nth;
    if (seed > 0) {
      plan.seed = seed;
      plan.shortInHundred = plan.blockedInHundred = 10;
    }
    Conversation conversation(stage, kind, plan);
    const auto fault = conversation.run();
    QVERIFY2(fault.empty(), ("--nth=" + std::to_string(nth) + " --seed=" + std::to_string(seed) + ": " + fault).c_str());
    QVERIFY(nth < kCallsMax);
    QVERIFY(nth > 1 || conversation.hasFailed());
    more = conversation.hasFailed() && only == 0;
  }
}

}  // namespace

SLUICE_TEST(aResetAnywhereEndsAnExchangeCleanly) { failsCleanly(Kind::Plain, Failure::Reset); }
SLUICE_TEST(anEndAnywhereEndsAnExchangeCleanly) { failsCleanly(Kind::Plain, Failure::End); }
SLUICE_TEST(aRefusalAnywhereEndsAnExchangeCleanly) { failsCleanly(Kind::Plain, Failure::Refusal); }
SLUICE_TEST(aResetAnywhereEndsAnInterceptedExchangeCleanly) { failsCleanly(Kind::Intercepted, Failure::Reset); }
SLUICE_TEST(anEndAnywhereEndsAnInterceptedExchangeCleanly) { failsCleanly(Kind::Intercepted, Failure::End); }
SLUICE_TEST(aRefusalAnywhereEndsAnInterceptedExchangeCleanly) { failsCleanly(Kind::Intercepted, Failure::Refusal); }
SLUICE_TEST(aResetAnywhereEndsATunnelCleanly) { failsCleanly(Kind::Tunnel, Failure::Reset); }
SLUICE_TEST(anEndAnywhereEndsATunnelCleanly) { failsCleanly(Kind::Tunnel, Failure::End); }
SLUICE_TEST(aRefusalAnywhereEndsATunnelCleanly) { failsCleanly(Kind::Tunnel, Failure::Refusal); }
SLUICE_TEST(aResetAnywhereEndsAnExchangeOfAReverseListenerCleanly) { failsCleanly(Kind::Reverse, Failure::Reset); }
SLUICE_TEST(anEndAnywhereEndsAnExchangeOfAReverseListenerCleanly) { failsCleanly(Kind::Reverse, Failure::End); }
SLUICE_TEST(aRefusalAnywhereEndsAnExchangeOfAReverseListenerCleanly) { failsCleanly(Kind::Reverse, Failure::Refusal); }
SLUICE_TEST(aResetAnywhereEndsAnExchangeOverSocksCleanly) { failsCleanly(Kind::Socks, Failure::Reset); }
SLUICE_TEST(anEndAnywhereEndsAnExchangeOverSocksCleanly) { failsCleanly(Kind::Socks, Failure::End); }
SLUICE_TEST(aRefusalAnywhereEndsAnExchangeOverSocksCleanly) { failsCleanly(Kind::Socks, Failure::Refusal); }
SLUICE_TEST(aResetAnywhereEndsAWebSocketCleanly) { failsCleanly(Kind::WebSocket, Failure::Reset); }
SLUICE_TEST(anEndAnywhereEndsAWebSocketCleanly) { failsCleanly(Kind::WebSocket, Failure::End); }
SLUICE_TEST(aRefusalAnywhereEndsAWebSocketCleanly) { failsCleanly(Kind::WebSocket, Failure::Refusal); }
