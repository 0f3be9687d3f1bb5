#include "platform/linux/system_store.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <chrono>

#include "platform/posix/run_program.h"
#include "platform/posix/shell_script.h"

namespace sluice::platform {
namespace {

namespace fs = std::filesystem;

// Somebody may be looking for the password.
constexpr auto kPatience = std::chrono::seconds(180);

struct Known {
  const char* folder;
  std::vector<std::string> command;
};
const Known kKnown[] = {
    {"/usr/local/share/ca-certificates", {"update-ca-certificates"}},           // Debian, Ubuntu, Alpine
    {"/etc/pki/ca-trust/source/anchors", {"update-ca-trust", "extract"}},       // Fedora, RHEL
    {"/etc/ca-certificates/trust-source/anchors", {"trust", "extract-compat"}},  // Arch
    {"/usr/share/pki/trust/anchors", {"update-ca-certificates"}},               // openSUSE
};

std::string base64Of(const std::string& pem) {
  std::string text;
  const auto begin = pem.find("-----BEGIN CERTIFICATE-----"), end = pem.find("-----END CERTIFICATE-----");
  if (begin == std::string::npos || end == std::string::npos) return {};
  for (const char c : pem.substr(begin + 27, end - begin - 27)) {
    if (std::isspace(static_cast<unsigned char>(c)) == 0) text += c;
  }
  return text;
}

// One consent for all of it.
Result<void> runAsRoot(const SystemStore& store, const std::string& script) {
  std::vector<std::string> words = store.asRoot;
  for (const char* word : {"/bin/sh", "-c"}) words.emplace_back(word);
  words.push_back(script);
  auto done = runProgram(words, kPatience);
  if (done) return {};
  if (done.error().code == Code::NotFound && !store.asRoot.empty()) {
    return fail(Side::Local, Code::NotFound, store.asRoot.front() + ", which asks for an administrator's password, is not installed");
  }
  return fail(done.error());
}

std::string commandOf(const SystemStore& store) {
  std::string text;
  for (const auto& word : store.command) text += (text.empty() ? "" : " ") + shellQuoted(word);
  return text;
}

}  // namespace

Result<SystemStore> SystemStore::find() {
  for (const Known& known : kKnown) {
    std::error_code error;
    if (!fs::is_directory(known.folder, error)) continue;
    return SystemStore{known.folder, known.command, ::geteuid() == 0 ? std::vector<std::string>() : std::vector<std::string>{"pkexec"}};
  }
  return fail(Side::Local, Code::NotFound, "this system keeps no folder for an administrator's certificates where it is looked for");
}

fs::path SystemStore::fileOf(const TrustedAuthority& authority) const {
  std::string name;
  for (const char c : authority.name) name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '-';
  return folder / (name + ".crt");
}

Result<void> SystemStore::trust(const TrustedAuthority& authority) const {
  const std::string copy = "cp " + shellQuoted(authority.file.string()) + ' ' + shellQuoted(fileOf(authority).string());
  return runAsRoot(*this, copy + " && chmod 644 " + shellQuoted(fileOf(authority).string()) + " && " + commandOf(*this));
}

Result<void> SystemStore::distrust(const TrustedAuthority& authority) const {
  std::error_code error;
  if (!fs::exists(fileOf(authority), error)) return {};
  return runAsRoot(*this, "rm -f " + shellQuoted(fileOf(authority).string()) + " && " + commandOf(*this));
}

bool bundleHas(const std::string& bundle, const std::string& pem) {
  const std::string wanted = base64Of(pem);
  if (wanted.empty()) return false;
  std::string all;
  all.reserve(bundle.size());
  std::copy_if(bundle.begin(), bundle.end(), std::back_inserter(all), [](char c) { return c != '\n' && c != '\r'; });
  return all.find(wanted) != std::string::npos;
}

}  // namespace sluice::platform
