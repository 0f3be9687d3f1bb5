// For implementations of client_program.h on systems where processes have to be looked through one after the other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>

#include "core/base/limits.h"

namespace sluice::platform {

// The process for which `holds` is true: those in `lately` are asked first, the latest first, then those of `others()`. Whoever it is,
// is the latest from now on.
template <class Holds, class Others>
std::optional<std::uint64_t> findProcess(std::deque<std::uint64_t>& lately, const Holds& holds, const Others& others) {
  const auto known = std::find_if(lately.begin(), lately.end(), holds);
  std::optional<std::uint64_t> process;
  if (known != lately.end()) {
    process = *known;
    lately.erase(known);
  } else {
    const auto all = others();
    const auto found = std::find_if(all.begin(), all.end(), holds);
    if (found == all.end()) return std::nullopt;
    process = static_cast<std::uint64_t>(*found);
  }
  lately.push_front(*process);
  if (lately.size() > limits::kClientProgramsRemembered) lately.pop_back();
  return process;
}

}  // namespace sluice::platform
