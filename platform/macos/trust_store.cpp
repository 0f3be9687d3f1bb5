// The user's keychain of macOS through `security`; Safari, Chrome and curl look there, Firefox too from version 120 on. The system
// asks the user for the password.
#include "platform/trust_store.h"

#include <chrono>
#include <cstdlib>

#include "platform/posix/run_program.h"

namespace sluice::platform {
namespace {

constexpr const char* kTool = "/usr/bin/security";
constexpr const char* kUser = "user";
constexpr auto kPatience = std::chrono::seconds(180);  // somebody may be looking for the password

Result<std::string> keychain() {
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') return fail(Side::Local, Code::NotFound, "this user has no home");
  return std::string(home) + "/Library/Keychains/login.keychain-db";
}

Result<void> isUser(const std::string& id) {
  if (id == kUser) return {};
  return fail(Side::Local, Code::NotFound, id + ": there is no store of certificates of that name, only \"user\"");
}

Result<void> run(const std::vector<std::string>& words) {
  auto done = runProgram(words, kPatience);
  return done ? Result<void>() : fail(std::move(done.error()));
}

}  // namespace

std::vector<TrustPlace> trustPlaces(const TrustedAuthority& authority) {
  TrustPlace place;
  place.kind = TrustPlace::Kind::User;
  place.id = kUser;
  const auto trusted = runProgram({kTool, "verify-cert", "-c", authority.file.string(), "-p", "ssl", "-l", "-L"});
  if (trusted) {
    place.state = TrustPlace::State::Trusted;
  } else if (trusted.error().code == Code::NotFound) {
    place.state = TrustPlace::State::Unknown;
    place.canChange = false;
    place.detail = trusted.error().detail;
  }
  return {place};
}

Result<void> trustAt(const std::string& id, const TrustedAuthority& authority) {
  if (auto known = isUser(id); !known) return known;
  const auto chain = keychain();
  if (!chain) return fail(chain.error());
  return run({kTool, "add-trusted-cert", "-r", "trustRoot", "-k", *chain, authority.file.string()});
}

Result<void> distrustAt(const std::string& id, const TrustedAuthority& authority) {
  if (auto known = isUser(id); !known) return known;
  const auto chain = keychain();
  if (!chain) return fail(chain.error());
  if (!runProgram({kTool, "find-certificate", "-c", authority.name, *chain})) return {};
  // With the user's settings of trust for it.
  return run({kTool, "delete-certificate", "-c", authority.name, "-t", *chain});
}

std::vector<std::string> trustCommands(const TrustedAuthority& authority) {
  return {"security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db \"" + authority.file.string() + '"'};
}

}  // namespace sluice::platform
