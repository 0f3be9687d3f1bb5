// What could stand where the cursor is in a filter that is being typed. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::filter {

struct Candidate {
  std::string text;  // takes the place of the bytes [Completion::from, Completion::to)
  std::string help;  // a few words for a person
};

struct Completion {
  std::size_t from = 0;
  std::size_t to = 0;
  std::vector<Candidate> candidates;  // in the order in which to show them; none inside quotes
};

// `cursor`: bytes before it. Fields with the comparison that suits them, mitmproxy's forms after ~, and the values of
// fields that have but a few.
Completion complete(std::string_view text, std::size_t cursor);

}  // namespace sluice::filter
