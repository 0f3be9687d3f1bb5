// unit_core_engine --disturb=SEED: the workers of all tests have a network that moves a few bytes at a time and blocks whenever it
// likes. Nothing else about the tests changes, and so must nothing about what they see.
#include "tests/support/engine/proxy.h"
#include "tests/support/faults/socket_faults.h"
#include "tests/support/test.h"

namespace {

using namespace sluice::test;

void disturb() {
  const auto seed = option("disturb", "");
  if (seed.empty()) return;
  SocketFaults::Plan plan;
  plan.seed = std::stoull(seed);
  plan.shortInHundred = 20;
  plan.blockedInHundred = 10;
  static const SocketFaults faults(plan);
  SocketFaults::actInThisThread();
}

[[maybe_unused]] const bool prepared = [] {
  Proxy::onItsThread = disturb;
  return true;
}();

}  // namespace
