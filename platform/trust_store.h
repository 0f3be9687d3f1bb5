// Where this user's programs look up which authorities they trust: the system's store, the user's, the databases of browsers. What
// is so is read from there each time; what was put there can be taken out again, and nothing else is touched. Any thread;
// blocks while the system's tools run, some seconds, or as long as the system asks its user for consent.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace sluice::platform {

// The certificate that is to be trusted.
struct TrustedAuthority {
  std::string name;  // its common name, which no other authority has
  std::string pem;   // with nothing else in it
  std::filesystem::path file;  // where that lies
};

struct TrustPlace {
  enum class Kind {
    System,   // for every user: needs an administrator
    User,     // the user's own, of Windows or macOS
    Browser,  // a database of one browser's profiles
  };
  enum class State {
    Absent,
    Trusted,
    Unknown,  // `detail` says why it cannot be told
  };
  Kind kind = Kind::System;
  std::string id;      // for addressing it: "system", "user", or the path of the database
  std::string title;   // whose it is: "Chromium, Chrome, Edge", "Firefox (default-release)"; of Kind::Browser only
  State state = State::Absent;
  bool canChange = true;  // false: a tool is missing, `detail` says which
  std::string detail;
};

// Those of this user on this machine, the system's first.
std::vector<TrustPlace> trustPlaces(const TrustedAuthority& authority);

// ENSURES: programs that look there trust it when they are started the next time. Errors: NotFound when there is no such place or a tool
// is missing, AccessDenied when consent was refused; System with what the tool said.
Result<void> trustAt(const std::string& id, const TrustedAuthority& authority);
// ENSURES: it is not there any more; one that was not there is no error.
Result<void> distrustAt(const std::string& id, const TrustedAuthority& authority);

// What a user types to do the same to the system's store by hand, a line each; empty where no command does it.
std::vector<std::string> trustCommands(const TrustedAuthority& authority);

}  // namespace sluice::platform
