// The trigrams of a text, each once: all that an index without positions keeps of it. Pure; one thread at a time.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::store {

class DistinctGrams {
 public:
  // Each on a line of its own, in the order in which they come first. None reaches over the end of a line.
  // REQUIRES: ASCII, as appendSearchText() makes it. ENSURES: valid until the next call.
  const std::string& of(std::string_view text);

 private:
  std::vector<std::uint64_t> known_;  // a bit for each trigram; all zero between two calls, and empty before the first
  std::string lines_;
};

}  // namespace sluice::store
