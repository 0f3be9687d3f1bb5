// The network profiles as the engine has them, kept up to date, and what the user wants changed about them. A slider moves many times
// a second: of what is wanted of one target, the last is sent, at once and then every 25 ms. GUI thread.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QSettings>
#include <QTimer>
#include <functional>
#include <optional>
#include <vector>

#include "app/gui/engine/engine_keeper.h"
#include "core/control/messages.h"
#include "core/throttle/profile.h"

namespace sluice::gui {

// Whom a profile slows down.
struct ThrottleTarget {
  control::ProfileScope scope = control::ProfileScope::Everything;
  std::string name = {};  // of a host or a listener
  friend bool operator==(const ThrottleTarget&, const ThrottleTarget&) = default;
};

class ThrottleState : public QObject {
  Q_OBJECT
 public:
  ThrottleState(EngineKeeper& keeper, QSettings& settings, QObject* parent = nullptr);

  struct Rule {
    ThrottleTarget target;
    throttle::Profile profile;
  };
  // False until the engine has told, and while there is none.
  bool isKnown() const { return known_; }
  const std::vector<Rule>& rules() const { return rules_; }
  const std::vector<throttle::Profile>& own() const { return own_; }
  // What it has, or would have if it had one of its own.
  throttle::Profile of(const ThrottleTarget& target) const;
  // Own or preset; null: there is none of that name.
  const throttle::Profile* find(const std::string& name) const;
  // Everything is slowed down.
  bool isOn() const { return known_ && !everything_.isNeutral(); }
  QStringList listeners() const { return keeper_.listeners(); }

  void use(const ThrottleTarget& target, const throttle::Profile& profile);
  // A host or a listener is as everything again.
  void release(const ThrottleTarget& target);
  // Off, or on as it was when it was switched off last.
  void setOn(bool on);
  // `saved` is called once the engine has it, which may refuse it.
  void save(const throttle::Profile& profile, std::function<void()> saved = [] {});
  void remove(const std::string& name);
  void startSelfTest(const throttle::Profile& profile);
  bool isTesting() const { return testing_; }

  static constexpr int kSendEveryMs = 25;  // so that what a slider says acts within 50

 signals:
  void changed();
  void selfTestEnded(const std::optional<sluice::control::SelfTestReply>& reply, const QString& problem);

 private:
  void ask();
  void take(const control::ProfileReply& reply);
  void sampled(const control::StatusSample& sample);
  void sendWanted();
  void lost();

  EngineKeeper& keeper_;
  QSettings& settings_;
  bool known_ = false;
  bool testing_ = false;
  std::uint64_t version_ = 0;  // as the last sample told
  throttle::Profile everything_;
  std::vector<Rule> rules_;
  std::vector<throttle::Profile> own_;
  std::optional<Rule> wanted_;  // not sent yet
  QTimer sendTimer_;
  QTimer askTimer_;
  QElapsedTimer sinceSent_;
};

}  // namespace sluice::gui
