// Any bytes as the decisions of a random schedule: of a whole pipe, or of an output chain. The input chooses settings,
// body, how much each partner gives and takes, and what happens when; the schedule checks the invariants.
#include <cstdio>
#include <cstdlib>

#include "core/base/assert.h"
#include "tests/support/pipe/output_schedule.h"
#include "tests/support/pipe/pipe_schedule.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  sluice::setBugsAreFatal(true);
  const auto input = std::as_bytes(std::span(data, size));
  const bool output = !input.empty() && (data[0] & 1) != 0;
  sluice::test::Choices choices(input.empty() ? input : input.subspan(1));
  const std::string fault = output ? sluice::test::runOutputSchedule(choices) : sluice::test::runPipeSchedule(choices);
  if (!fault.empty()) {
    std::fprintf(stderr, "%s\n", fault.c_str());
    std::abort();
  }
  return 0;
}
