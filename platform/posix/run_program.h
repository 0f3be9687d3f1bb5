// A tool of the system, run to its end. Private to the files for POSIX systems. Any thread; blocks, with a deadline.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace sluice::platform {

// What it printed, without the last line's end. The first word is its name, which is looked for in PATH; no shell reads the words.
// Errors: NotFound when there is no such program; System when it failed, with what it said, or took longer than `patience`.
Result<std::string> runProgram(const std::vector<std::string>& words, std::chrono::seconds patience = std::chrono::seconds(5));

}  // namespace sluice::platform
