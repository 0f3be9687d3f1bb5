// What is wrong with a filter's text, and where. Any thread.
#pragma once

#include <cstddef>
#include <string>

namespace sluice::filter {

struct Problem {
  std::size_t at = 0;     // bytes before the place that is wrong
  std::size_t bytes = 0;  // that are wrong; 0: something is missing there
  std::string message;    // one sentence for a person, without the place

  friend bool operator==(const Problem&, const Problem&) = default;
};

}  // namespace sluice::filter
