// Who is slowed down how: the profile of everything, and those of single hosts and listeners. Made by the supervisor, and used by every
// worker as an immutable snapshot. Any thread.
//
// Of the rules the first one that matches wins, hosts before listeners; what none matches has the profile of everything. Connections
// can have a profile of their own besides, before all of these; it is no part of the plan.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/limits.h"
#include "core/base/result.h"
#include "core/throttle/profile.h"

namespace sluice::throttle {

struct Rule {
  enum class Scope : std::uint8_t {
    Host = 1,      // a pattern, as in the list of hosts that pass through undecrypted
    Listener = 2,  // its address: "127.0.0.1:8080"
  };
  Scope scope = Scope::Host;
  std::string target;
  Profile profile;
  std::size_t lane = 0;  // which of the shared buckets; 0 are those of everything
  bool measures = false;  // a self-test's: what it matches is nobody's traffic, and is not recorded

  friend bool operator==(const Rule&, const Rule&) = default;
};

struct Plan {
  std::uint64_t version = 0;  // rises with every change
  Profile everything;
  std::vector<Rule> rules;

  static constexpr std::size_t kLanes = limits::kThrottleRulesMax + 1;

  enum class Place : std::uint8_t { First, Last };
  // Puts a rule before or behind the others, or changes the one of this scope and target, which keeps its place and its buckets.
  // Errors: BadArgument, naming the target.
  Result<void> put(Rule::Scope scope, std::string_view target, Profile profile, Place place = Place::Last);
  // Whether there was one.
  bool remove(Rule::Scope scope, std::string_view target);

  friend bool operator==(const Plan&, const Plan&) = default;
};

// One line; gives the same plan again.
std::string planToJson(const Plan& plan);
// Errors: BadArgument.
Result<Plan> planFromJson(std::string_view text);

}  // namespace sluice::throttle
