// How the index for searching is asked about a filter: where few exchanges may pass it, they are all known; else lists of trigrams are
// walked through, a range of exchanges at a time. The thread of the lookup.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/result.h"
#include "core/filter/expression.h"
#include "core/store/search_index.h"

namespace sluice::store {

class SearchPlan {
 public:
  using Time = std::chrono::steady_clock::time_point;
  using Ids = std::vector<std::int64_t>;  // rising

  // Whether the index could help at all: it need not be opened otherwise.
  static bool couldHelp(const filter::Node& filter);

  // How much it may cost: as many exchanges are known at most, and it is made by then, or some milliseconds later.
  struct Bounds {
    std::size_t fewMax = 20'000;
    Time until = Time::max();
  };

  // Nothing: the index is of no help, or that was not clear in time. REQUIRES: the lookup has begun.
  static Result<std::optional<SearchPlan>> make(SearchLookup& lookup, const filter::Node& filter, const Bounds& bounds);

  // All exchanges in the index that may pass; null: they are not known.
  const Ids* few() const { return kind_ == Kind::Few ? &few_ : nullptr; }

  // Of those in the index above `after` and not above `upTo` all that may pass, and others; nothing: more than `max`.
  // REQUIRES: the lookup has begun.
  Result<std::optional<Ids>> among(SearchLookup& lookup, std::int64_t after, std::int64_t upTo, std::size_t max) const;

 private:
  enum class Kind : std::uint8_t { Few, Walk, All, Any };
  using Made = Result<std::optional<SearchPlan>>;

  SearchPlan(Kind kind, std::size_t walks) : kind_(kind), walks_(walks) {}
  static SearchPlan ofFew(Ids ids);
  static Made ofTerm(SearchLookup& lookup, const filter::Term& term, const Bounds& bounds);
  static Made ofAll(SearchLookup& lookup, const filter::Node& node, const Bounds& bounds);
  static Made ofAny(SearchLookup& lookup, const filter::Node& node, const Bounds& bounds);
  Result<std::optional<Ids>> amongAll(SearchLookup& lookup, std::int64_t after, std::int64_t upTo, std::size_t max) const;
  Result<std::optional<Ids>> amongAny(SearchLookup& lookup, std::int64_t after, std::int64_t upTo, std::size_t max) const;

  Kind kind_;
  std::size_t walks_;  // that a range costs
  Ids few_;
  SearchTerm term_;                // of Walk
  std::vector<SearchPlan> parts_;  // of All and Any
};

}  // namespace sluice::store
