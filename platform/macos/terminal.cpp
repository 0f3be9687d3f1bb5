#include "platform/terminal.h"

#include "platform/posix/shell_script.h"

namespace sluice::platform {

std::vector<Terminal> installedTerminals() {
  std::vector<Terminal> found{{"Terminal", {"/usr/bin/open", "-a", "Terminal"}}};
  std::error_code error;
  if (std::filesystem::exists("/Applications/iTerm.app", error)) found.push_back({"iTerm", {"/usr/bin/open", "-a", "iTerm"}});
  return found;
}

// `open` starts a file of this name in a new window of the terminal.
Result<std::vector<std::string>> terminalCommand(const Terminal& terminal, const Variables& variables, const std::string& greeting,
                                                 const std::filesystem::path& folder) {
  const auto script = folder / "shell.command";
  if (auto written = writeShellScript(script, variables, greeting); !written) return fail(written.error());
  auto words = terminal.words;
  words.push_back(script.string());
  return words;
}

}  // namespace sluice::platform
