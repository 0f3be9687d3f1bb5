#include "app/cli/known_profiles.h"

#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"

namespace sluice::cli {

Result<throttle::Profile> KnownProfiles::find(const std::string& name) const {
  for (const auto& each : own) {
    if (throttle::sameName(each.name, name)) return each;
  }
  if (const auto* preset = throttle::findPreset(name)) return *preset;
  return fail(Side::Local, Code::NotFound, "there is no profile '" + name + "'; \"profile list\" shows all");
}

Result<KnownProfiles> askForProfiles(EngineClient& client) {
  auto reply = ask<control::ProfileReply>(client, control::GetProfile());
  if (!reply) return fail(reply.error());
  auto inForce = throttle::profileFromJson(reply->profile);
  if (!inForce) return fail(inForce.error());
  KnownProfiles known{std::move(*inForce), {}, {}};
  for (const auto& json : reply->own) {
    auto own = throttle::profileFromJson(json);
    if (!own) return fail(own.error());
    known.own.push_back(std::move(*own));
  }
  for (const auto& rule : reply->rules) {
    auto profile = throttle::profileFromJson(rule.profile);
    if (!profile) return fail(profile.error());
    known.rules.push_back({rule.scope, rule.target, std::move(*profile)});
  }
  return known;
}

}  // namespace sluice::cli
