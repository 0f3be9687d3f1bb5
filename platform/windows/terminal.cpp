// The command prompt and PowerShell, each in a window of its own, which `start` opens.
#include "platform/terminal.h"

#include <fstream>

#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

namespace fs = std::filesystem;

constexpr const char* kPowerShell = "powershell.exe";

std::string replaced(const std::string& text, char what, const std::string& with) {
  std::string result;
  for (const char c : text) result += c == what ? with : std::string(1, c);
  return result;
}

// Code page 65001 is UTF-8. A percent sign stands for itself when it is doubled.
std::string batch(const Variables& variables, const std::string& greeting) {
  std::string text = "@echo off\r\nchcp 65001 >nul\r\n";
  for (const auto& [name, value] : variables) text += "set \"" + name + '=' + replaced(value, '%', "%%") + "\"\r\n";
  return text + "cd /d \"%USERPROFILE%\"\r\necho " + replaced(greeting, '%', "%%") + "\r\n";
}

// With a mark of byte order: without one, PowerShell 5 takes it for the system's code page. A quote stands for itself when it is doubled.
std::string powerShell(const Variables& variables, const std::string& greeting) {
  std::string text = "\xef\xbb\xbf";
  for (const auto& [name, value] : variables) text += "$env:" + name + " = '" + replaced(value, '\'', "''") + "'\r\n";
  return text + "Set-Location $HOME\r\nWrite-Output '" + replaced(greeting, '\'', "''") + "'\r\n";
}

}  // namespace

std::vector<Terminal> installedTerminals() {
  return {{"PowerShell", {"cmd.exe", "/c", "start", "Sluice", kPowerShell, "-NoExit", "-ExecutionPolicy", "Bypass", "-File"}},
          {"Command Prompt", {"cmd.exe", "/c", "start", "Sluice", "cmd.exe", "/k"}}};
}

Result<std::vector<std::string>> terminalCommand(const Terminal& terminal, const Variables& variables, const std::string& greeting,
                                                 const fs::path& folder) {
  const bool isPowerShell = terminal.words.size() > 4 && terminal.words[4] == kPowerShell;
  const fs::path script = folder / (isPowerShell ? "shell.ps1" : "shell.cmd");
  std::error_code error;
  fs::create_directories(folder, error);
  std::ofstream out(script, std::ios::binary | std::ios::trunc);
  out << (isPowerShell ? powerShell(variables, greeting) : batch(variables, greeting));
  out.close();
  const std::string path = narrow(script.wstring().c_str());
  if (!out) return fail(Side::Local, Code::System, path + " cannot be written");
  auto words = terminal.words;
  words.push_back(path);
  return words;
}

}  // namespace sluice::platform
