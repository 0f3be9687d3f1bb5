// The Internet settings of the user in the registry, which WinINet, Edge, Chrome and .NET read. A line of the text is
// "NAME VALUE", or "NAME" alone for a value that was not there.
#include "platform/system_proxy.h"

#include <windows.h>

#include <wininet.h>

#include <sstream>

#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

constexpr const wchar_t* kKey = L"Software\\Microsoft\\Windows\\CurrentVersion\\Internet Settings";
constexpr const char* kEnable = "ProxyEnable";
constexpr const char* kServer = "ProxyServer";
constexpr const char* kScript = "AutoConfigURL";  // a script would have its way before the server

tl::unexpected<Error> failure(const char* name, LSTATUS status) {
  return fail(Side::Local, Code::System, std::string("Internet settings: ") + name, static_cast<int>(status));
}

std::string readText(const char* name, bool& there) {
  wchar_t text[2048];
  DWORD bytes = sizeof text;
  there = RegGetValueW(HKEY_CURRENT_USER, kKey, widen(name).c_str(), RRF_RT_REG_SZ, nullptr, text, &bytes) == ERROR_SUCCESS;
  return there ? narrow(text) : std::string();
}

DWORD readEnabled() {
  DWORD enabled = 0;
  DWORD bytes = sizeof enabled;
  RegGetValueW(HKEY_CURRENT_USER, kKey, widen(kEnable).c_str(), RRF_RT_REG_DWORD, nullptr, &enabled, &bytes);
  return enabled;
}

Result<void> writeEnabled(DWORD enabled) {
  const auto status = RegSetKeyValueW(HKEY_CURRENT_USER, kKey, widen(kEnable).c_str(), REG_DWORD, &enabled, sizeof enabled);
  return status == ERROR_SUCCESS ? Result<void>() : failure(kEnable, status);
}

Result<void> writeText(const char* name, const std::string& value) {
  const auto text = widen(value);
  const auto bytes = static_cast<DWORD>((text.size() + 1) * sizeof(wchar_t));
  const auto status = RegSetKeyValueW(HKEY_CURRENT_USER, kKey, widen(name).c_str(), REG_SZ, text.c_str(), bytes);
  return status == ERROR_SUCCESS ? Result<void>() : failure(name, status);
}

Result<void> remove(const char* name) {
  const auto status = RegDeleteKeyValueW(HKEY_CURRENT_USER, kKey, widen(name).c_str());
  return status == ERROR_SUCCESS || status == ERROR_FILE_NOT_FOUND ? Result<void>() : failure(name, status);
}

// Programs that run already read their settings again.
void tellOthers() {
  InternetSetOptionW(nullptr, INTERNET_OPTION_SETTINGS_CHANGED, nullptr, 0);
  InternetSetOptionW(nullptr, INTERNET_OPTION_REFRESH, nullptr, 0);
}

}  // namespace

Result<std::string> systemProxySettings() {
  std::string lines;
  for (const char* name : {kServer, kScript}) {
    bool there = false;
    const auto value = readText(name, there);
    lines += std::string(name) + (there ? ' ' + value : std::string()) + '\n';
  }
  return lines + kEnable + ' ' + std::to_string(readEnabled()) + '\n';
}

Result<void> setSystemProxy(const std::string& host, std::uint16_t port) {
  if (auto done = writeText(kServer, host + ':' + std::to_string(port)); !done) return done;
  if (auto done = remove(kScript); !done) return done;
  auto done = writeEnabled(1);
  tellOthers();
  return done;
}

Result<void> restoreSystemProxy(const std::string& settings) {
  std::istringstream lines(settings);
  Result<void> outcome;
  for (std::string line; std::getline(lines, line);) {
    const auto space = line.find(' ');
    const auto name = line.substr(0, space);
    const auto value = space == std::string::npos ? std::string() : line.substr(space + 1);
    Result<void> done;
    if (name == kEnable) done = writeEnabled(value == "1" ? 1 : 0);
    for (const char* text : {kServer, kScript}) {
      if (name == text) done = space == std::string::npos ? remove(text) : writeText(text, value);
    }
    if (!done && outcome) outcome = std::move(done);
  }
  tellOthers();
  return outcome;
}

}  // namespace sluice::platform
