#include "core/engine/profile_desk.h"

#include <algorithm>
#include <utility>

#include "core/throttle/profile_json.h"

namespace sluice::engine {

using control::ProfileScope;
using throttle::Rule;

namespace {

Rule::Scope scopeOf(ProfileScope scope) { return scope == ProfileScope::Listener ? Rule::Scope::Listener : Rule::Scope::Host; }

ProfileScope scopeOf(Rule::Scope scope) {
  switch (scope) {
    case Rule::Scope::Host: return ProfileScope::Host;
    case Rule::Scope::Listener: return ProfileScope::Listener;
  }
  return ProfileScope::Unknown;
}

// Those of hosts outlive the engine; a listener may have another address next time.
constexpr const char* kHostsKey = "throttle/hosts";
// What could not be read there, for whoever can.
constexpr const char* kUnreadHostsKey = "throttle/hosts unread";

}  // namespace

ProfileDesk::ProfileDesk(const std::vector<control::ListenerStatus>& listeners, KeptChanges& keeper, std::function<void()> changed)
    : listeners_(listeners), keeper_(keeper), changed_(std::move(changed)) {
  plan_.version = 1;
}

Result<void> ProfileDesk::begin(const std::map<std::string, std::string, std::less<>>& kept, const std::string& profile,
                                const throttle::Adjustment& adjusted) {
  for (const auto& [key, text] : kept) {
    if (key.starts_with(throttle::OwnProfiles::kKeyPrefix)) takeOwn(key, text);
    if (key == kHostsKey) takeHosts(text);
  }
  throttle::Profile base;
  if (!profile.empty()) {
    auto found = own_.find(profile);
    if (const auto unread = unread_.find(throttle::OwnProfiles::key(profile)); unread != unread_.end()) {
      return fail(Side::Local, Code::BadArgument, "--profile: '" + profile + "' cannot be read: " + unread->second);
    }
    if (!found) return fail(Side::Local, Code::BadArgument, "--profile: " + found.error().detail);
    base = std::move(*found);
  }
  plan_.everything = adjusted.appliedTo(base);
  return {};
}

// One that a newer version wrote stays where it is, as does one that a damaged disk has changed.
void ProfileDesk::takeOwn(const std::string& key, const std::string& text) {
  auto own = throttle::profileFromJson(text);
  auto usable = own ? own_.check(*own) : Result<void>(fail(own.error()));
  if (usable && throttle::OwnProfiles::key(own->name) != key) {
    usable = fail(Side::Local, Code::BadArgument, "it says that its name is '" + own->name + "'");
  }
  if (usable) return own_.put(std::move(*own));
  const std::string name = key.substr(throttle::OwnProfiles::kKeyPrefix.size());
  notices_.push_back("profile '" + name + "' cannot be read and is left out (" + usable.error().detail +
                     "); it stays as it is until it is deleted");
  unread_.emplace(key, usable.error().detail);
}

void ProfileDesk::takeHosts(const std::string& text) {
  auto plan = plan_;
  const auto before = throttle::planFromJson(text);
  Result<void> taken = before ? Result<void>() : fail(before.error());
  for (const auto& rule : before ? before->rules : std::vector<Rule>()) {
    if (taken && rule.scope == Rule::Scope::Host) taken = plan.put(rule.scope, rule.target, rule.profile);
  }
  if (taken) {
    plan_ = std::move(plan);
    return;
  }
  notices_.push_back("the profiles of hosts cannot be read: hosts are not slowed down (" + taken.error().detail + ")");
  unreadHosts_ = text;
}

// What cannot be read is not overwritten, but put aside first.
void ProfileDesk::keepUnreadHosts(std::function<void()> then, const Answer& done) {
  if (unreadHosts_.empty()) return then();
  // Its text as of now: an earlier change may put it aside first.
  const auto judge = [this, text = unreadHosts_]() -> Result<KeptChanges::Change> {
    return KeptChanges::Change{kUnreadHostsKey, text, [this]() -> Result<void> {
                                 unreadHosts_.clear();
                                 return {};
                               }};
  };
  keeper_.make(judge, [then = std::move(then), done](const Result<void>& kept) { kept ? then() : done(kept); });
}

Result<void> ProfileDesk::slowListener(const std::string& address, const std::string& profile) {
  auto found = own_.find(profile);
  if (!found) return fail(Side::Local, Code::BadArgument, "the listener at " + address + ": " + found.error().detail);
  return plan_.put(Rule::Scope::Listener, address, std::move(*found));
}

control::ProfileReply ProfileDesk::profiles() const {
  control::ProfileReply reply{throttle::toJson(plan_.everything), {}, {}};
  for (const auto& each : own_.all()) reply.own.push_back(throttle::toJson(each));
  for (const auto& rule : plan_.rules) {
    if (rule.target != measured_) reply.rules.push_back({scopeOf(rule.scope), rule.target, throttle::toJson(rule.profile)});
  }
  return reply;
}

// "127.0.0.1:8080", "8080", or as it was asked for: "regular@127.0.0.1:0".
Result<std::string> ProfileDesk::listenerAddress(const std::string& asked) const {
  std::string all;
  for (const auto& each : listeners_) {
    if (asked == each.address || asked == each.spec || (!asked.empty() && each.address.ends_with(":" + asked))) return each.address;
    all += (all.empty() ? "" : ", ") + each.address;
  }
  return fail(Side::Local, Code::NotFound, "there is no listener '" + asked + "'; there are " + all);
}

Result<void> ProfileDesk::putInto(throttle::Plan& plan, const control::UseProfile& use) const {
  if (use.scope == ProfileScope::Unknown || use.scope == ProfileScope::Connection) {
    return fail(Side::Local, Code::ProtocolFault, "this engine does not know what that profile shall slow down");
  }
  const bool listener = use.scope == ProfileScope::Listener;
  const auto target = listener ? listenerAddress(use.target) : Result<std::string>(use.target);
  if (!target) return fail(target.error());
  if (use.profile.empty() && use.scope != ProfileScope::Everything) {
    if (plan.remove(scopeOf(use.scope), *target)) return {};
    return fail(Side::Local, Code::NotFound, "'" + *target + "' has no profile of its own");
  }
  auto profile = throttle::profileFromJson(use.profile);
  if (!profile) return fail(profile.error());
  if (use.scope != ProfileScope::Everything) return plan.put(scopeOf(use.scope), *target, std::move(*profile));
  plan.everything = std::move(*profile);
  ++plan.version;
  return {};
}

Result<void> ProfileDesk::put(const control::UseProfile& use) {
  auto plan = plan_;
  if (auto put = putInto(plan, use); !put) return put;
  plan_ = std::move(plan);
  ++version_;
  changed_();
  return {};
}

void ProfileDesk::use(const control::UseProfile& use, Answer done) {
  if (use.scope != ProfileScope::Host) return done(put(use));
  const auto judge = [this, use]() -> Result<KeptChanges::Change> {
    auto plan = plan_;
    if (auto put = putInto(plan, use); !put) return fail(put.error());
    auto change = keptHosts(plan);
    change.apply = [this, use] { return put(use); };
    return change;
  };
  keepUnreadHosts([this, judge, done] { keeper_.make(judge, done); }, done);
}

KeptChanges::Change ProfileDesk::keptHosts(const throttle::Plan& plan) const {
  throttle::Plan hosts;
  for (const auto& rule : plan.rules) {
    if (rule.scope == Rule::Scope::Host && rule.target != measured_) hosts.rules.push_back(rule);
  }
  if (hosts.rules.empty()) return {kHostsKey, std::nullopt, {}};
  return {kHostsKey, throttle::planToJson(hosts), {}};
}

void ProfileDesk::save(const std::string& json, Answer done) {
  const auto judge = [this, json]() -> Result<KeptChanges::Change> {
    auto profile = throttle::profileFromJson(json);
    if (!profile) return fail(profile.error());
    if (auto allowed = own_.check(*profile); !allowed) return fail(allowed.error());
    if (const auto unread = unread_.find(throttle::OwnProfiles::key(profile->name)); unread != unread_.end()) {
      return fail(Side::Local, Code::BadArgument, "there is a profile '" + profile->name + "' that cannot be read (" + unread->second +
                                                      "): delete it first, or choose another name");
    }
    const auto apply = [this, own = *profile]() -> Result<void> {
      own_.put(own);
      ++version_;
      return {};
    };
    return KeptChanges::Change{throttle::OwnProfiles::key(profile->name), throttle::toJson(*profile), apply};
  };
  keeper_.make(judge, std::move(done));
}

void ProfileDesk::remove(const std::string& name, Answer done) {
  const auto judge = [this, name]() -> Result<KeptChanges::Change> {
    const auto key = throttle::OwnProfiles::key(name);
    if (auto allowed = own_.checkRemoval(name); !allowed && !unread_.contains(key)) return fail(allowed.error());
    const auto apply = [this, name, key]() -> Result<void> {
      unread_.erase(key);
      own_.remove(name);
      ++version_;
      return {};
    };
    return KeptChanges::Change{key, std::nullopt, apply};
  };
  keeper_.make(judge, std::move(done));
}

Result<throttle::Profile> ProfileDesk::profileToMeasure(const std::string& json) const {
  if (!measured_.empty()) return fail(Side::Local, Code::BadArgument, "a self-test is running already");
  auto profile = json.empty() ? Result<throttle::Profile>(plan_.everything) : throttle::profileFromJson(json);
  if (!profile) return profile;
  if (profile->offline || profile->down.lossPercent >= 100 || profile->up.lossPercent >= 100) {
    return fail(Side::Local, Code::BadArgument, "profile '" + profile->name + "' lets nothing through: there is nothing to measure");
  }
  profile->closesPerMinute = 0;  // it would end the measurement
  return profile;
}

Result<void> ProfileDesk::beginMeasuring(const std::string& target, throttle::Profile profile) {
  if (auto put = plan_.put(Rule::Scope::Host, target, std::move(profile), throttle::Plan::Place::First); !put) return put;
  const auto ours = [&](const Rule& rule) { return rule.scope == Rule::Scope::Host && rule.target == target; };
  std::find_if(plan_.rules.begin(), plan_.rules.end(), ours)->measures = true;
  measured_ = target;
  changed_();
  return {};
}

void ProfileDesk::endMeasuring() {
  plan_.remove(Rule::Scope::Host, std::exchange(measured_, {}));
  changed_();
}

}  // namespace sluice::engine
