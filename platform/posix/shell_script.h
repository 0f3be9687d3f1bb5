// A script that becomes the user's shell with some variables set. Private to the files for POSIX systems. Any thread.
#pragma once

#include <filesystem>

#include "platform/terminal.h"

namespace sluice::platform {

// As one word of a shell.
std::string shellQuoted(const std::string& word);

// ENSURES: `file` is there, executable, for this user alone.
Result<void> writeShellScript(const std::filesystem::path& file, const Variables& variables, const std::string& greeting);

}  // namespace sluice::platform
