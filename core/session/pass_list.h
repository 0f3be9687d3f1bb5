// The hosts whose TLS is never decrypted: those that the engine was started with, as the user has changed them since. Knows what
// may stand there; who keeps it beyond a restart is the engine. Thread of its owner.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace sluice::session {

class PassList {
 public:
  // Under what key the settings of an engine hold a change. The same for hosts that differ in case only.
  static constexpr std::string_view kKeyPrefix = "pass-through/";
  static std::string key(std::string_view host);

  PassList() = default;
  // Errors: BadArgument, naming a host that none can be. What stands twice stands once.
  static Result<PassList> create(const std::vector<std::string>& startedWith);

  // In order of name, small letters: see matchesHost().
  const std::vector<std::string>& hosts() const { return hosts_; }

  // Errors: BadArgument for what can be no host, or one too many; NotFound when one that is to go is not there.
  Result<void> check(std::string_view host, bool passes) const;
  // What is to be kept under key(host) so that restore() does the same again; nothing: nothing.
  std::optional<std::string> toKeep(std::string_view host, bool passes) const;
  // REQUIRES: check().
  void set(std::string_view host, bool passes);
  // Something that was kept once, whatever key it has; one that is not on the list need not go again. Errors: BadArgument, naming what can
  // be no change of this list; it is left out.
  Result<void> restore(std::string_view key, std::string_view value);

 private:
  std::vector<std::string> startedWith_;  // in order
  std::vector<std::string> hosts_;        // in order
};

}  // namespace sluice::session
