// The command line of sluiced.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/engine/settings.h"

namespace sluice::app {

enum class Role : std::uint8_t {
  Supervisor,
  Worker,  // started by a supervisor, with its own command line once more
};

struct Options {
  engine::EngineSettings engine;
  Role role = Role::Supervisor;
  std::string logLevel = "info";
  std::filesystem::path logFile;  // empty: standard error
};

// Prints help or what is wrong, and then gives the exit status instead: 0 after --help and --version, 2 for wrong usage.
struct Parsed {
  std::optional<Options> options;
  int exitStatus = 0;
};
Parsed parseOptions(int argc, char** argv);

}  // namespace sluice::app
