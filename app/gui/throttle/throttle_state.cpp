#include "app/gui/throttle/throttle_state.h"

#include <QPointer>
#include <algorithm>

#include "core/throttle/presets.h"
#include "core/throttle/profile_json.h"

namespace sluice::gui {
namespace {

using control::ProfileScope;
using throttle::Profile;

constexpr auto kLastKey = "throttle/last";
constexpr auto kFirstChoice = "Chrome Fast 4G";  // slow enough to be noticed, fast enough to go on working
constexpr int kSettledMs = 300;  // after the last change the engine's word counts again

}  // namespace

ThrottleState::ThrottleState(EngineKeeper& keeper, QSettings& settings, QObject* parent)
    : QObject(parent), keeper_(keeper), settings_(settings) {
  sendTimer_.setSingleShot(true);
  sendTimer_.setInterval(kSendEveryMs);
  askTimer_.setSingleShot(true);
  askTimer_.setInterval(kSettledMs);
  connect(&sendTimer_, &QTimer::timeout, this, &ThrottleState::sendWanted);
  connect(&askTimer_, &QTimer::timeout, this, &ThrottleState::ask);
  connect(&keeper.link(), &EngineLink::profilesReceived, this, &ThrottleState::take);
  connect(&keeper.link(), &EngineLink::selfTestEnded, this,
          [this](const std::optional<control::SelfTestReply>& reply, const QString& problem) {
            testing_ = false;
            emit selfTestEnded(reply, problem);
          });
  connect(&keeper, &EngineKeeper::sampled, this, &ThrottleState::sampled);
  connect(&keeper, &EngineKeeper::attached, this, &ThrottleState::ask);
  connect(&keeper, &EngineKeeper::stateChanged, this, [this] {
    if (keeper_.state() != EngineState::Running) lost();
  });
}

void ThrottleState::ask() {
  if (keeper_.link().isAttached()) keeper_.link().requestProfiles();
}

void ThrottleState::sampled(const control::StatusSample& sample) {
  if (std::exchange(version_, sample.profilesVersion) != sample.profilesVersion) ask();
}

void ThrottleState::lost() {
  if (testing_) emit selfTestEnded(std::nullopt, tr("The engine has ended."));
  testing_ = false;
  if (!known_) return;
  known_ = false;
  wanted_.reset();
  emit changed();
}

void ThrottleState::take(const control::ProfileReply& reply) {
  // What was said before the last change must not move a slider back.
  if (wanted_ || (sinceSent_.isValid() && sinceSent_.elapsed() < kSettledMs)) return askTimer_.start();
  const auto everything = throttle::profileFromJson(reply.profile);
  if (!everything) return;
  everything_ = *everything;
  own_.clear();
  for (const auto& json : reply.own) {
    if (auto profile = throttle::profileFromJson(json)) own_.push_back(std::move(*profile));
  }
  rules_.clear();
  for (const auto& rule : reply.rules) {
    if (auto profile = throttle::profileFromJson(rule.profile)) rules_.push_back({{rule.scope, rule.target}, std::move(*profile)});
  }
  known_ = true;
  emit changed();
}

Profile ThrottleState::of(const ThrottleTarget& target) const {
  for (const Rule& rule : rules_) {
    if (rule.target == target) return rule.profile;
  }
  return everything_;
}

const Profile* ThrottleState::find(const std::string& name) const {
  const auto own = std::find_if(own_.begin(), own_.end(), [&](const Profile& each) { return throttle::sameName(each.name, name); });
  return own != own_.end() ? &*own : throttle::findPreset(name);
}

void ThrottleState::use(const ThrottleTarget& target, const Profile& profile) {
  if (!known_) return;
  if (wanted_ && wanted_->target != target) sendWanted();
  wanted_ = {target, profile};
  if (target.scope == ProfileScope::Everything) {
    everything_ = profile;
  } else {
    const auto at = std::find_if(rules_.begin(), rules_.end(), [&](const Rule& rule) { return rule.target == target; });
    at != rules_.end() ? void(at->profile = profile) : rules_.push_back(*wanted_);
  }
  if (!sendTimer_.isActive()) sendWanted();
  emit changed();
}

void ThrottleState::sendWanted() {
  if (!wanted_ || !keeper_.link().isAttached()) return;
  const auto wanted = *std::exchange(wanted_, std::nullopt);
  keeper_.link().useProfile({throttle::toJson(wanted.profile), wanted.target.scope, wanted.target.name});
  sinceSent_.start();
  sendTimer_.start();
  askTimer_.start();
}

void ThrottleState::release(const ThrottleTarget& target) {
  if (!known_ || target.scope == ProfileScope::Everything) return;
  sendWanted();
  std::erase_if(rules_, [&](const Rule& rule) { return rule.target == target; });
  keeper_.link().useProfile({{}, target.scope, target.name});
  sinceSent_.start();
  askTimer_.start();
  emit changed();
}

void ThrottleState::setOn(bool on) {
  if (!known_ || on == isOn()) return;
  if (!on) {
    settings_.setValue(QLatin1String(kLastKey), QString::fromStdString(throttle::toJson(everything_)));
    return use({}, Profile());
  }
  auto last = throttle::profileFromJson(settings_.value(QLatin1String(kLastKey)).toString().toStdString());
  use({}, last && !last->isNeutral() ? *last : *throttle::findPreset(kFirstChoice));
}

void ThrottleState::save(const Profile& profile, std::function<void()> saved) {
  if (!known_) return;
  keeper_.link().saveProfile(throttle::toJson(profile), [state = QPointer(this), saved = std::move(saved)] {
    if (state) saved();
  });
}

void ThrottleState::remove(const std::string& name) {
  if (!known_) return;
  keeper_.link().deleteProfile(name);
}

void ThrottleState::startSelfTest(const Profile& profile) {
  if (!known_ || testing_) return;
  testing_ = true;
  keeper_.link().startSelfTest(throttle::toJson(profile));
}

}  // namespace sluice::gui
