#include "platform/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "platform/posix/shell_script.h"

namespace sluice::platform {
namespace {

namespace fs = std::filesystem;

struct Known {
  const char* name;
  const char* program;
  const char* run;  // the option behind which the command comes; empty: it takes one without
};
constexpr Known kKnown[] = {
    {"Terminal", "x-terminal-emulator", "-e"},  // of Debian's alternatives: what the user or the desktop has chosen
    {"GNOME Terminal", "gnome-terminal", "--"},
    {"Console", "kgx", "--"},
    {"Konsole", "konsole", "-e"},
    {"Xfce Terminal", "xfce4-terminal", "-x"},
    {"MATE Terminal", "mate-terminal", "-x"},
    {"Alacritty", "alacritty", "-e"},
    {"kitty", "kitty", ""},
    {"foot", "foot", ""},
    {"xterm", "xterm", "-e"},
};

// Its path behind all links; empty: it is not installed.
fs::path find(const std::string& program) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path file = fs::path(folder) / program;
    std::error_code error;
    if (!folder.empty() && ::access(file.c_str(), X_OK) == 0) return fs::canonical(file, error);
  }
  return {};
}

}  // namespace

std::vector<Terminal> installedTerminals() {
  std::vector<Terminal> found;
  std::vector<fs::path> seen;
  for (const Known& known : kKnown) {
    const fs::path file = find(known.program);
    if (file.empty() || std::find(seen.begin(), seen.end(), file) != seen.end()) continue;
    seen.push_back(file);
    found.push_back({known.name, {known.program}});
    if (*known.run != '\0') found.back().words.emplace_back(known.run);
  }
  return found;
}

Result<std::vector<std::string>> terminalCommand(const Terminal& terminal, const Variables& variables, const std::string& greeting,
                                                 const fs::path& folder) {
  const fs::path script = folder / "shell.sh";
  if (auto written = writeShellScript(script, variables, greeting); !written) return fail(written.error());
  auto words = terminal.words;
  words.push_back(script.string());
  return words;
}

}  // namespace sluice::platform
