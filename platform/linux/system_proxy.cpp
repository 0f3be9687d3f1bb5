// GNOME and what shares its settings (Cinnamon, Budgie, Unity, Pantheon; Chrome and Firefox read them on other desktops too) through
// gsettings; KDE through kwriteconfig. A line of the text is one setting: "gnome SCHEMA KEY VALUE", "kde KEY VALUE".
#include "platform/system_proxy.h"

#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "platform/posix/run_program.h"

namespace sluice::platform {
namespace {

struct Setting {
  const char* schema;
  const char* key;
};

// The mode is the last: what it turns on is there by then.
constexpr std::array kGnome{Setting{"org.gnome.system.proxy.http", "host"},  Setting{"org.gnome.system.proxy.http", "port"},
                            Setting{"org.gnome.system.proxy.https", "host"}, Setting{"org.gnome.system.proxy.https", "port"},
                            Setting{"org.gnome.system.proxy", "mode"}};
constexpr std::array kKde{"httpProxy", "httpsProxy", "ProxyType"};
constexpr const char* kKdeManual = "1";

bool isKde() {
  const char* desktop = std::getenv("XDG_CURRENT_DESKTOP");
  return desktop != nullptr && std::string_view(desktop).find("KDE") != std::string_view::npos;
}

// The tools of Plasma 6, else those of 5.
Result<std::string> runKde(const std::string& tool, std::vector<std::string> arguments) {
  for (const char* version : {"6", "5"}) {
    std::vector<std::string> words{tool + version, "--file", "kioslaverc", "--group", "Proxy Settings"};
    words.insert(words.end(), arguments.begin(), arguments.end());
    auto done = runProgram(words);
    if (done || done.error().code != Code::NotFound) return done;
  }
  return fail(Side::Local, Code::NotFound, "the proxy settings of KDE need " + tool + "6 or " + tool + "5, which is not installed");
}

// Programs that run already read their settings again; nobody may be listening.
void tellKde() {
  static_cast<void>(runProgram({"dbus-send", "--type=signal", "/KIO/Scheduler", "org.kde.KIO.Scheduler.reparseSlaveConfiguration",
                                "string:"}));
}

Result<void> setKde(const std::string& key, const std::string& value) {
  std::vector<std::string> arguments{"--key", key};
  if (value.empty()) arguments.emplace_back("--delete");
  arguments.push_back(value);
  auto done = runKde("kwriteconfig", std::move(arguments));
  return done ? Result<void>() : fail(std::move(done.error()));
}

Result<void> setGnome(const std::string& schema, const std::string& key, const std::string& value) {
  auto done = runProgram({"gsettings", "set", schema, key, value});
  return done ? Result<void>() : fail(std::move(done.error()));
}

Result<std::string> kdeSettings() {
  std::string lines;
  for (const char* key : kKde) {
    auto value = runKde("kreadconfig", {"--key", key});
    if (!value) return value;
    lines += std::string("kde ") + key + ' ' + *value + '\n';
  }
  return lines;
}

Result<std::string> gnomeSettings() {
  std::string lines;
  for (const auto& [schema, key] : kGnome) {
    auto value = runProgram({"gsettings", "get", schema, key});
    if (!value && value.error().code == Code::NotFound) {
      return fail(Side::Local, Code::NotFound, "this desktop's proxy settings need gsettings, which is not installed");
    }
    if (!value) return value;
    lines += std::string("gnome ") + schema + ' ' + key + ' ' + *value + '\n';
  }
  return lines;
}

}  // namespace

Result<std::string> systemProxySettings() { return isKde() ? kdeSettings() : gnomeSettings(); }

Result<void> setSystemProxy(const std::string& host, std::uint16_t port) {
  const std::string number = std::to_string(port);
  if (isKde()) {
    const std::string values[] = {"http://" + host + ' ' + number, "http://" + host + ' ' + number, kKdeManual};
    for (std::size_t i = 0; i < kKde.size(); ++i) {
      if (auto done = setKde(kKde[i], values[i]); !done) return done;
    }
    tellKde();
    return {};
  }
  const std::string quoted = '\'' + host + '\'';
  const std::string values[] = {quoted, number, quoted, number, "'manual'"};
  for (std::size_t i = 0; i < kGnome.size(); ++i) {
    if (auto done = setGnome(kGnome[i].schema, kGnome[i].key, values[i]); !done) return done;
  }
  return {};
}

Result<void> restoreSystemProxy(const std::string& settings) {
  std::istringstream lines(settings);
  Result<void> outcome;
  bool kde = false;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string which, schema, key, value;
    words >> which;
    if (which == "gnome") words >> schema;
    words >> key >> std::ws;
    std::getline(words, value);
    // As many as can be: one that fails keeps no other from being set.
    Result<void> done;
    if (which == "gnome" && !value.empty()) done = setGnome(schema, key, value);
    if (which == "kde" && !key.empty()) done = setKde(key, value);
    kde = kde || which == "kde";
    if (!done && outcome) outcome = std::move(done);
  }
  if (kde) tellKde();
  return outcome;
}

}  // namespace sluice::platform
