// The command line of sluiced.
#pragma once

#include <optional>
#include <string>

#include "core/engine/supervisor.h"

namespace sluice::app {

struct Options {
  engine::EngineSettings engine;
  std::string logLevel = "info";
  std::string logFile;  // empty: standard error
};

// Prints help or what is wrong, and then gives the exit status instead: 0 after --help and --version, 2 for wrong usage.
struct Parsed {
  std::optional<Options> options;
  int exitStatus = 0;
};
Parsed parseOptions(int argc, char** argv);

}  // namespace sluice::app
