// The network services of macOS through networksetup, each with its web and its secure web proxy. A line of the text is
// "web|secureweb ENABLED HOST PORT SERVICE": Yes or No, and "-" for no host.
#include "platform/system_proxy.h"

#include <sstream>
#include <vector>

#include "platform/posix/run_program.h"

namespace sluice::platform {
namespace {

constexpr const char* kTool = "networksetup";
constexpr const char* kKinds[] = {"web", "secureweb"};

// All that are enabled: a disabled one is marked with a star, the first line explains that.
Result<std::vector<std::string>> services() {
  auto listed = runProgram({kTool, "-listallnetworkservices"});
  if (!listed) return fail(std::move(listed.error()));
  std::vector<std::string> all;
  std::istringstream lines(*listed);
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line)) {
    if (!line.empty() && line.front() != '*') all.push_back(line);
  }
  return all;
}

// Of "Enabled: Yes", "Server: 127.0.0.1", "Port: 8080".
std::string valueOf(const std::string& text, const std::string& name) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(name + ": ")) return line.substr(name.size() + 2);
  }
  return {};
}

Result<void> run(const std::vector<std::string>& words) {
  auto done = runProgram(words);
  return done ? Result<void>() : fail(std::move(done.error()));
}

}  // namespace

Result<std::string> systemProxySettings() {
  auto all = services();
  if (!all) return fail(std::move(all.error()));
  std::string lines;
  for (const auto& service : *all) {
    for (const char* kind : kKinds) {
      auto told = runProgram({kTool, std::string("-get") + kind + "proxy", service});
      if (!told) return told;
      const auto host = valueOf(*told, "Server"), port = valueOf(*told, "Port");
      lines += std::string(kind) + ' ' + (valueOf(*told, "Enabled") == "Yes" ? "Yes" : "No") + ' ' + (host.empty() ? "-" : host) + ' ' +
               (port.empty() ? "0" : port) + ' ' + service + '\n';
    }
  }
  return lines;
}

Result<void> setSystemProxy(const std::string& host, std::uint16_t port) {
  auto all = services();
  if (!all) return fail(std::move(all.error()));
  for (const auto& service : *all) {
    for (const char* kind : kKinds) {
      if (auto done = run({kTool, std::string("-set") + kind + "proxy", service, host, std::to_string(port)}); !done) return done;
      if (auto done = run({kTool, std::string("-set") + kind + "proxystate", service, "on"}); !done) return done;
    }
  }
  return {};
}

Result<void> restoreSystemProxy(const std::string& settings) {
  std::istringstream lines(settings);
  Result<void> outcome;
  const auto note = [&outcome](Result<void> done) {
    if (!done && outcome) outcome = std::move(done);
  };
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string kind, enabled, host, port, service;
    words >> kind >> enabled >> host >> port >> std::ws;
    std::getline(words, service);
    if ((kind != kKinds[0] && kind != kKinds[1]) || service.empty()) continue;
    if (host != "-") note(run({kTool, "-set" + kind + "proxy", service, host, port}));
    note(run({kTool, "-set" + kind + "proxystate", service, enabled == "Yes" ? "on" : "off"}));
  }
  return outcome;
}

}  // namespace sluice::platform
