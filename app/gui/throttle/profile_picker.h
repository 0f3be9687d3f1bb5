// The profiles to choose from: none, the user's own, and the presets by who publishes them. GUI thread.
#pragma once

#include <QComboBox>
#include <QMenu>
#include <functional>
#include <vector>

#include "core/throttle/profile.h"

namespace sluice::gui {

class ProfilePicker : public QComboBox {
  Q_OBJECT
 public:
  explicit ProfilePicker(QWidget* parent = nullptr);

  void setOwn(const std::vector<throttle::Profile>& own);
  // What is in force: its name, or that it has none.
  void setCurrent(const throttle::Profile& profile);

 signals:
  void picked(const sluice::throttle::Profile& profile);

 private:
  void fill();
  void addHeading(const QString& text);
  void addProfile(const throttle::Profile& profile);

  std::vector<throttle::Profile> own_;
};

// The same as a menu. Calls `picked` with what was chosen; `current` has a mark.
void fillProfileMenu(QMenu& menu, const std::vector<throttle::Profile>& own, const throttle::Profile& current,
                     const std::function<void(const throttle::Profile&)>& picked);

// "Chrome Slow 4G", "Own numbers", "No throttling".
QString profileTitle(const throttle::Profile& profile);
// Its rates and its round trip in one line.
QString profileSummary(const throttle::Profile& profile);

}  // namespace sluice::gui
