#include "core/throttle/plan.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "core/throttle/profile_json.h"

namespace sluice::throttle {
namespace {

using Json = nlohmann::json;

bool isNoTarget(char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; }

std::size_t freeLane(const std::vector<Rule>& rules) {
  std::size_t lane = 1;
  while (std::any_of(rules.begin(), rules.end(), [&](const Rule& rule) { return rule.lane == lane; })) ++lane;
  return lane;
}

tl::unexpected<Error> broken(const std::string& what) { return fail(Side::Local, Code::BadArgument, "a plan of profiles: " + what); }

Result<Profile> profileIn(const Json& json) {
  if (!json.is_string()) return broken("a profile is missing");
  return profileFromJson(json.get_ref<const std::string&>());
}

Result<Rule> ruleFrom(const Json& json) {
  const bool sound = json.is_object() && json.value("target", Json()).is_string() && json.value("scope", Json()).is_number_unsigned() &&
                     json.value("lane", Json()).is_number_unsigned();
  if (!sound) return broken("a rule lacks something");
  Rule rule;
  rule.scope = json["scope"].get<std::uint64_t>() == 2 ? Rule::Scope::Listener : Rule::Scope::Host;
  rule.target = json["target"].get<std::string>();
  rule.lane = json["lane"].get<std::size_t>();
  if (rule.lane == 0 || rule.lane >= Plan::kLanes) return broken("a rule has no buckets");
  auto profile = profileIn(json.value("profile", Json()));
  if (!profile) return fail(profile.error());
  rule.profile = std::move(*profile);
  rule.measures = json.value("measures", Json()) == true;
  return rule;
}

}  // namespace

Result<void> Plan::put(Rule::Scope scope, std::string_view target, Profile profile, Place place) {
  const auto bad = [&](const std::string& why) {
    return fail(Side::Local, Code::BadArgument, "'" + std::string(target.substr(0, limits::kHostBytesMax)) + "' " + why);
  };
  if (target.empty() || target.size() > limits::kHostBytesMax + 8 || std::any_of(target.begin(), target.end(), isNoTarget)) {
    return bad("is no host or listener: expected api.example.com, *.example.com, host:8443, or 127.0.0.1:8080");
  }
  const auto same = [&](const Rule& rule) { return rule.scope == scope && rule.target == target; };
  if (const auto at = std::find_if(rules.begin(), rules.end(), same); at != rules.end()) {
    at->profile = std::move(profile);
  } else {
    if (rules.size() >= limits::kThrottleRulesMax) {
      return bad("is one too many: " + std::to_string(rules.size()) + " hosts and listeners have profiles of their own already");
    }
    const auto where = place == Place::First ? rules.begin() : rules.end();
    rules.insert(where, {scope, std::string(target), std::move(profile), freeLane(rules)});
  }
  ++version;
  return {};
}

bool Plan::remove(Rule::Scope scope, std::string_view target) {
  const auto removed = std::erase_if(rules, [&](const Rule& rule) { return rule.scope == scope && rule.target == target; });
  if (removed > 0) ++version;
  return removed > 0;
}

std::string planToJson(const Plan& plan) {
  Json json;
  json["version"] = plan.version;
  json["everything"] = toJson(plan.everything);
  json["rules"] = Json::array();
  for (const Rule& rule : plan.rules) {
    json["rules"].push_back({{"scope", static_cast<unsigned>(rule.scope)},
                             {"target", rule.target},
                             {"profile", toJson(rule.profile)},
                             {"lane", rule.lane},
                             {"measures", rule.measures}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Result<Plan> planFromJson(std::string_view text) {
  const auto json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.value("version", Json()).is_number_unsigned() || !json.value("rules", Json()).is_array()) {
    return broken("not the JSON of one");
  }
  Plan plan;
  plan.version = json["version"].get<std::uint64_t>();
  auto everything = profileIn(json.value("everything", Json()));
  if (!everything) return fail(everything.error());
  plan.everything = std::move(*everything);
  for (const auto& each : json["rules"]) {
    auto rule = ruleFrom(each);
    if (!rule) return fail(rule.error());
    if (plan.rules.size() >= limits::kThrottleRulesMax) return broken("too many rules");
    plan.rules.push_back(std::move(*rule));
  }
  return plan;
}

}  // namespace sluice::throttle
