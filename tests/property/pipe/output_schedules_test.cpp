// Random lives of output chains: --count=N of them from --seed=N on. A failure names its seed; --seed=THAT --count=1
// repeats it.
#include "tests/support/pipe/output_schedule.h"

#include <string>

#include "tests/support/test.h"

using namespace sluice::test;

SLUICE_TEST(everyScheduleKeepsTheOutputChainTrue) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "100000"));
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Choices choices(seed);
    const std::string fault = runOutputSchedule(choices);
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
  }
}
