// The throttle dock: whom to slow down and how, live. Shows what ThrottleState has, and asks it for every change. GUI thread.
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDockWidget>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include "app/gui/throttle/knob.h"
#include "app/gui/throttle/profile_picker.h"
#include "app/gui/throttle/self_test_view.h"
#include "app/gui/throttle/throttle_state.h"

namespace sluice::gui {

class ThrottleDock : public QDockWidget {
  Q_OBJECT
 public:
  explicit ThrottleDock(ThrottleState& state, QWidget* parent = nullptr);

  Knob& down() { return *down_; }
  Knob& up() { return *up_; }
  Knob& roundTrip() { return *roundTrip_; }
  ProfilePicker& picker() { return *picker_; }
  QComboBox& scope() { return *scope_; }
  SelfTestView& selfTest() { return *selfTest_; }
  // As the dialogs do it.
  void saveAs(const QString& name);
  void rename(const QString& name);
  void exportTo(const QString& path);
  void importFrom(const QString& path);
  void addHost(const QString& pattern);

 signals:
  // Something could not be done, in a sentence.
  void said(const QString& message);

 private:
  QWidget* makeTitle();
  QWidget* makeContent();
  QWidget* makeScope();
  QWidget* makeProfile();
  QWidget* makeFurther();
  Knob* makeKnob(const QString& name, const QString& hint, const Scale& scale, void (*set)(throttle::Profile&, double));
  void show(const throttle::Profile& profile);
  void refresh();
  void refreshScope();
  void change(const std::function<void(throttle::Profile&)>& how);
  void use(const throttle::Profile& profile);
  void scopeActivated(int row);
  void select(const ThrottleTarget& target);
  enum class Naming { Save, Rename };
  void askForName(Naming naming);
  bool isOwn(const std::string& name) const;
  void askForHost();
  void save(const QString& name, const std::function<void()>& saved);
  void removeOwn();
  void showProfileMenu();

  ThrottleState& state_;
  ThrottleTarget target_;  // that is shown
  bool filling_ = false;   // the controls are told, and tell nothing

  QWidget* content_ = nullptr;
  QComboBox* scope_ = nullptr;
  QToolButton* release_ = nullptr;
  ProfilePicker* picker_ = nullptr;
  QToolButton* profileMenu_ = nullptr;
  QLabel* source_ = nullptr;
  Knob* down_ = nullptr;
  Knob* up_ = nullptr;
  Knob* roundTrip_ = nullptr;
  Knob* jitter_ = nullptr;
  Knob* loss_ = nullptr;
  Knob* perConnection_ = nullptr;
  Knob* closes_ = nullptr;
  QComboBox* mode_ = nullptr;
  QCheckBox* offline_ = nullptr;
  SelfTestView* selfTest_ = nullptr;
};

}  // namespace sluice::gui
