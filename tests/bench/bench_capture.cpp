// What capture costs: the same downloads through the real engine with capture off, on, and on with a recorder that is held to
// 1 MB/s. Prints rates and processor time for each byte, as ratios to capture off.
#include <cstdio>
#include <string>
#include <vector>

#include "tests/bench/capture/cost.h"
#include "tests/support/test.h"

namespace {

using namespace sluice::bench;

constexpr int kBodies = 40;

Cost best(const std::vector<std::string>& arguments, int pace = 0) {
  Cost found = costOf(kBodies, arguments, pace);
  for (int i = 0; i < 2; ++i) found = leastOf(found, costOf(kBodies, arguments, pace));
  return found;
}

void print(const char* what, const Cost& cost, const Cost& off) {
  const double bytes = double(kBodyBytes) * kBodies;
  std::printf("%-43s %6.0f MB/s (%.2f of capture off), worker %.2f ns a byte (%.2f), all of the engine %.2f (%.2f)\n", what,
              bytes / cost.seconds / 1e6, off.seconds / cost.seconds, cost.worker * 1e9 / bytes, cost.worker / off.worker,
              cost.engine * 1e9 / bytes, cost.engine / off.engine);
}

}  // namespace

// As a test, for that is what an EngineProcess is made for; nothing is asserted.
SLUICE_TEST(whatCaptureCosts) {
  const auto off = best({"--capture", "off"});
  print("capture off", off, off);
  print("capture on", best({}), off);
  print("recorder at 1 MB/s (goal: rate 0.90)", best({"--record-rate", "1M"}), off);
  constexpr int kPace = 200'000'000;  // which the recorder keeps up with
  const auto pacedOff = best({"--capture", "off"}, kPace);
  print("capture off, at 200 MB/s", pacedOff, pacedOff);
  print("capture on, at 200 MB/s (goal: worker 1.10)", best({}, kPace), pacedOff);
}
