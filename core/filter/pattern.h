// A regular expression of RE2: linear in time on whatever text. Case does not matter, ^ and $ are the ends of lines.
// Immutable; any thread.
#pragma once

#include <tl/expected.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::filter {

class Pattern {
 public:
  // The error is one sentence for a person.
  static tl::expected<Pattern, std::string> create(std::string_view text);
  // Finds `text` as it stands.
  static Pattern literal(std::string_view text);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  // Anywhere in `text`, which may hold any bytes.
  bool foundIn(std::string_view text) const;

  // Pieces of three characters or more that every text holds in which this is found, in lower case; none: unknown.
  // They let an index leave out most of what cannot match.
  const std::vector<std::string>& requiredPieces() const { return pieces_; }

 private:
  struct Compiled;
  explicit Pattern(std::unique_ptr<Compiled> compiled);

  std::unique_ptr<Compiled> compiled_;
  std::vector<std::string> pieces_;
};

}  // namespace sluice::filter
