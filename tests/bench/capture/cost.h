// What it costs to let downloads pass through the real engine. For benchmarks; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::bench {

inline constexpr std::uint64_t kBodyBytes = 16'000'000;

struct Cost {
  double seconds = 0;
  double worker = 0;  // seconds of the processor
  double engine = 0;  // likewise, of all its processes
};

// `bodies` downloads through an engine with one worker and these arguments. `pace`: bytes a second that the origin sends; 0: as
// fast as it can.
Cost costOf(int bodies, const std::vector<std::string>& arguments, int pace);

// The best of several: what the machine can do when nobody disturbs it.
Cost leastOf(const Cost& one, const Cost& other);

}  // namespace sluice::bench
