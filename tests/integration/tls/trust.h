// An engine that trusts the origin's own authority, and the files that its clients need. One thread.
#pragma once

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/engine_process.h"
#include "tests/support/origin/origin.h"
#include "tests/support/temporary_directory.h"

namespace sluice::test {

struct TrustingEngine {
  explicit TrustingEngine(std::vector<std::string> arguments = {}) : engine(options(std::move(arguments))) {}

  // The file of the proxy's CA, as a user would find it.
  std::string ca() {
    auto path = sluicectl(engine.dataDir(), {"ca", "path"}).output;
    if (!path.empty() && path.back() == '\n') path.pop_back();
    return path;
  }

  Origin origin;
  TemporaryDirectory files;
  EngineProcess engine;

 private:
  EngineProcess::Options options(std::vector<std::string> arguments) {
    const auto roots = files / "roots.pem";
    std::ofstream(roots) << origin.trustedRoots();
    EngineProcess::Options made;
    made.arguments = std::move(arguments);
    made.arguments.insert(made.arguments.end(), {"--upstream-ca", roots.string()});
    return made;
  }
};

}  // namespace sluice::test
