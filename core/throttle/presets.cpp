#include "core/throttle/presets.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/throttle/profile_json.h"
#include "presets_generated.h"

namespace sluice::throttle {

const std::vector<Profile>& presets() {
  static const std::vector<Profile> all = [] {
    auto read = profilesFromJson(kPresetsJson);
    SLUICE_ASSERT(read.has_value());  // it is part of the program, and a test reads it
    return std::move(*read);
  }();
  return all;
}

const Profile* findPreset(std::string_view name) {
  const auto& all = presets();
  const auto at = std::find_if(all.begin(), all.end(), [&](const Profile& each) { return sameName(each.name, name); });
  return at == all.end() ? nullptr : &*at;
}

bool sameName(std::string_view one, std::string_view other) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(one.begin(), one.end(), other.begin(), other.end(),
                    [&](char a, char b) { return lower(a) == lower(b); });
}

}  // namespace sluice::throttle
