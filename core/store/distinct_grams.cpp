#include "core/store/distinct_grams.h"

#include <cstddef>

namespace sluice::store {
namespace {

constexpr unsigned kLetterBits = 7;
constexpr std::size_t kGramBytes = 3;
constexpr std::uint32_t kGramMask = (1u << (kLetterBits * kGramBytes)) - 1;
constexpr unsigned kWordBits = 64;

constexpr std::uint32_t numberOf(std::uint32_t before, char next) {
  return ((before << kLetterBits) | (static_cast<unsigned char>(next) & ((1u << kLetterBits) - 1))) & kGramMask;
}

}  // namespace

const std::string& DistinctGrams::of(std::string_view text) {
  if (known_.empty()) known_.resize((kGramMask + 1) / kWordBits);
  lines_.clear();
  std::uint32_t gram = 0;
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    run = text[i] == '\n' ? 0 : run + 1;
    gram = numberOf(gram, text[i]);
    if (run < kGramBytes) continue;
    std::uint64_t& word = known_[gram / kWordBits];
    const std::uint64_t bit = std::uint64_t{1} << gram % kWordBits;
    if ((word & bit) != 0) continue;
    word |= bit;
    lines_.append(text, i + 1 - kGramBytes, kGramBytes).push_back('\n');
  }
  for (std::size_t i = 0; i < lines_.size(); i += kGramBytes + 1) {
    known_[numberOf(numberOf(numberOf(0, lines_[i]), lines_[i + 1]), lines_[i + 2]) / kWordBits] = 0;
  }
  return lines_;
}

}  // namespace sluice::store
