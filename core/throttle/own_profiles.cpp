#include "core/throttle/own_profiles.h"

#include <algorithm>

#include "core/base/limits.h"
#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"

namespace sluice::throttle {
namespace {

tl::unexpected<Error> bad(const std::string& what) { return fail(Side::Local, Code::BadArgument, what); }

bool isControl(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// A name that can be read, typed and told from others.
Result<void> checkName(const Profile& profile) {
  const std::string& name = profile.name;
  if (name.empty()) return bad("a profile that is to be kept needs a name");
  if (std::any_of(name.begin(), name.end(), isControl)) return bad("the name of a profile has a control character in it");
  if (name.front() == ' ' || name.back() == ' ') return bad("profile '" + name + "': its name begins or ends with a space");
  const auto same = profileFromJson(toJson(profile));
  if (!same) return fail(same.error());
  if (same->name != name || same->source != profile.source) return bad("the name of a profile must be text in UTF-8");
  return {};
}

}  // namespace

std::string OwnProfiles::key(std::string_view name) {
  std::string key(kKeyPrefix);
  for (const char c : name) key += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return key;
}

Result<Profile> OwnProfiles::find(std::string_view name) const {
  for (const Profile& each : all_) {
    if (sameName(each.name, name)) return each;
  }
  if (const auto* preset = findPreset(name)) return *preset;
  return fail(Side::Local, Code::NotFound, "there is no profile '" + std::string(name) + "'; \"sluicectl profile list\" shows all");
}

Result<void> OwnProfiles::check(const Profile& profile) const {
  if (auto valid = validate(profile); !valid) return valid;
  if (auto named = checkName(profile); !named) return named;
  if (const auto* preset = findPreset(profile.name)) {
    return bad("profile '" + preset->name + "' comes with Sluice and stays as it is; choose another name");
  }
  const bool isNew = std::none_of(all_.begin(), all_.end(), [&](const Profile& each) { return sameName(each.name, profile.name); });
  if (isNew && all_.size() >= limits::kOwnProfilesMax) {
    return bad("profile '" + profile.name + "': there are " + std::to_string(all_.size()) +
               " already, which is the limit; delete one first");
  }
  return {};
}

void OwnProfiles::put(Profile profile) {
  remove(profile.name);
  const auto behind = std::find_if(all_.begin(), all_.end(), [&](const Profile& each) { return key(each.name) > key(profile.name); });
  all_.insert(behind, std::move(profile));
}

Result<void> OwnProfiles::checkRemoval(std::string_view name) const {
  auto found = find(name);
  if (!found) return fail(found.error());
  if (findPreset(name) != nullptr) return bad("profile '" + found->name + "' comes with Sluice and cannot be deleted");
  return {};
}

void OwnProfiles::remove(std::string_view name) {
  std::erase_if(all_, [&](const Profile& each) { return sameName(each.name, name); });
}

}  // namespace sluice::throttle
