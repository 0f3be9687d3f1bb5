#include "app/gui/throttle/profile_picker.h"

#include <QStandardItemModel>
#include <map>

#include "app/gui/text/visible_text.h"
#include "app/gui/throttle/scale.h"
#include "core/throttle/presets.h"

namespace sluice::gui {
namespace {

using throttle::Profile;

// "Chrome" of "Chrome DevTools": the first word of the name says who publishes it, and is what people look for.
QString groupOf(const Profile& preset) { return QString::fromStdString(preset.name).section(u' ', 0, 0); }

std::vector<std::pair<QString, std::vector<const Profile*>>> groups() {
  std::vector<std::pair<QString, std::vector<const Profile*>>> all;
  for (const Profile& preset : throttle::presets()) {
    const QString group = groupOf(preset);
    if (all.empty() || all.back().first != group) all.push_back({group, {}});
    all.back().second.push_back(&preset);
  }
  return all;
}

}  // namespace

QString profileTitle(const Profile& profile) {
  if (!profile.name.empty()) return visibleLine(profile.name);
  return profile.isNeutral() ? ProfilePicker::tr("No throttling") : ProfilePicker::tr("Own numbers");
}

QString profileSummary(const Profile& profile) {
  if (profile.offline) return ProfilePicker::tr("No server can be reached");
  if (profile.isNeutral()) return ProfilePicker::tr("Everything passes at full speed");
  return ProfilePicker::tr("↓ %1   ↑ %2   %3 round trip")
      .arg(rateScale().text(double(profile.down.rate.bytesPerSecond)), rateScale().text(double(profile.up.rate.bytesPerSecond)),
           delayScale().text(double(profile.roundTrip().count()) / 1000));
}

ProfilePicker::ProfilePicker(QWidget* parent) : QComboBox(parent) {
  setAccessibleName(tr("Profile"));
  setPlaceholderText(tr("Own numbers"));
  setMaxVisibleItems(24);
  setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  setMinimumContentsLength(18);
  fill();
  connect(this, &QComboBox::activated, this, [this](int row) {
    const QVariant kept = itemData(row);
    if (kept.isValid()) emit picked(kept.value<Profile>());
  });
}

void ProfilePicker::setOwn(const std::vector<Profile>& own) {
  if (own_ == own) return;
  own_ = own;
  fill();
}

void ProfilePicker::setCurrent(const Profile& profile) {
  int row = profile.isNeutral() && profile.name.empty() ? 0 : -1;
  for (int i = 1; row < 0 && i < count() && !profile.name.empty(); ++i) {
    if (itemData(i).isValid() && itemData(i).value<Profile>() == profile) row = i;
  }
  if (row == currentIndex()) return;
  setCurrentIndex(row);
}

void ProfilePicker::addHeading(const QString& text) {
  addItem(text);
  auto* item = qobject_cast<QStandardItemModel*>(model())->item(count() - 1);
  item->setFlags(Qt::NoItemFlags);
  QFont font = item->font();
  font.setBold(true);
  item->setFont(font);
}

void ProfilePicker::addProfile(const Profile& profile) {
  addItem(profileTitle(profile), QVariant::fromValue(profile));
  setItemData(count() - 1, plainTip(profileSummary(profile)), Qt::ToolTipRole);
}

void ProfilePicker::fill() {
  clear();
  addProfile(Profile());
  if (!own_.empty()) addHeading(tr("Own profiles"));
  for (const Profile& each : own_) addProfile(each);
  for (const auto& [group, presets] : groups()) {
    addHeading(group);
    for (const Profile* each : presets) addProfile(*each);
  }
  setCurrentIndex(-1);
}

void fillProfileMenu(QMenu& menu, const std::vector<Profile>& own, const Profile& current,
                     const std::function<void(const Profile&)>& picked) {
  menu.clear();
  const auto add = [&](QMenu& to, const Profile& profile) {
    auto* action = to.addAction(profileTitle(profile));
    action->setCheckable(true);
    action->setChecked(profile == current);
    action->setStatusTip(profileSummary(profile));
    QObject::connect(action, &QAction::triggered, &menu, [picked, profile] { picked(profile); });
  };
  for (const Profile& each : own) add(menu, each);
  if (!own.empty()) menu.addSeparator();
  for (const auto& [group, presets] : groups()) {
    QMenu* sub = menu.addMenu(group);
    for (const Profile* each : presets) add(*sub, *each);
  }
}

}  // namespace sluice::gui
