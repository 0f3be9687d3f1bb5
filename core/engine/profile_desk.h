// Keeps the plan of network profiles and the user's own ones for a running engine, and takes what the app and the command line
// want changed. Supervisor's loop.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/control/messages.h"
#include "core/engine/kept_changes.h"
#include "core/throttle/adjustment.h"
#include "core/throttle/own_profiles.h"
#include "core/throttle/plan.h"

namespace sluice::engine {

class ProfileDesk {
 public:
  using Answer = KeptChanges::Answer;
  // Borrows the listeners, and what keeps changes. `changed` is called after every change of the plan.
  ProfileDesk(const std::vector<control::ListenerStatus>& listeners, KeptChanges& keeper, std::function<void()> changed);

  // What was kept, and what the command line says. What of the former cannot be read is left out, and stays where it is: notices() tells.
  // Errors: BadArgument for a profile that does not exist.
  Result<void> begin(const std::map<std::string, std::string, std::less<>>& kept, const std::string& profile,
                     const throttle::Adjustment& adjusted);
  // The option of a listener. Errors: as begin().
  Result<void> slowListener(const std::string& address, const std::string& profile);

  // A sentence for each kept profile that cannot be read.
  const std::vector<std::string>& notices() const { return notices_; }

  const throttle::Plan& plan() const { return plan_; }
  control::ProfileReply profiles() const;
  // Rises with every change that profiles() would show.
  std::uint64_t version() const { return version_; }

  // What hosts have is kept, and in force again when the engine begins the next time. REQUIRES: the scope is not a connection.
  // Errors: BadArgument, NotFound, and what keeps it from being kept; the detail names the thing. One that cannot be read may be removed,
  // but nothing takes its place before.
  void use(const control::UseProfile& use, Answer done);
  void save(const std::string& json, Answer done);
  void remove(const std::string& name, Answer done);

  // For a self-test: the profile that is meant, and a rule for its target alone that nobody is shown. Empty: the one in force.
  Result<throttle::Profile> profileToMeasure(const std::string& json) const;
  Result<void> beginMeasuring(const std::string& target, throttle::Profile profile);
  void endMeasuring();

 private:
  Result<std::string> listenerAddress(const std::string& asked) const;
  Result<void> putInto(throttle::Plan& plan, const control::UseProfile& use) const;
  Result<void> put(const control::UseProfile& use);
  void takeOwn(const std::string& key, const std::string& text);
  void takeHosts(const std::string& text);
  void keepUnreadHosts(std::function<void()> then, const Answer& done);
  KeptChanges::Change keptHosts(const throttle::Plan& plan) const;

  const std::vector<control::ListenerStatus>& listeners_;
  KeptChanges& keeper_;
  const std::function<void()> changed_;
  throttle::OwnProfiles own_;
  std::map<std::string, std::string, std::less<>> unread_;  // why, by key: kept own profiles that cannot be read
  std::string unreadHosts_;                                 // what is kept of hosts, where that cannot be read
  std::vector<std::string> notices_;
  throttle::Plan plan_;
  std::string measured_;  // target; empty: no self-test runs
  std::uint64_t version_ = 0;
};

}  // namespace sluice::engine
