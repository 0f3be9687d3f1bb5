// Terminals of this machine, started with variables of the environment of their own. Any thread; blocks for a few file operations.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace sluice::platform {

struct Terminal {
  std::string name;                // as people call it
  std::vector<std::string> words;  // its program and arguments; what it is to run comes behind them
};

// Those that are installed, the one that the system prefers first.
std::vector<Terminal> installedTerminals();

using Variables = std::vector<std::pair<std::string, std::string>>;

// The words that start this terminal with the user's shell in it, which has these variables and has said `greeting`. They go through a
// file in `folder`, which is written: terminals that run already do not hand on the environment of whoever starts another window.
Result<std::vector<std::string>> terminalCommand(const Terminal& terminal, const Variables& variables, const std::string& greeting,
                                                 const std::filesystem::path& folder);

}  // namespace sluice::platform
