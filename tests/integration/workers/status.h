// What sluicectl says about the engine's workers, and signals to them. Test thread.
#pragma once

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "platform/net/strategy.h"
#include "tests/support/engine_process.h"
#include "tests/support/eventually.h"
#include "tests/support/wire/client.h"

namespace sluice::test {

// The field of `now` in the status; all ones when there is none.
inline std::uint64_t statusOf(const EngineProcess& engine, const std::string& field) {
  const auto told = sluicectl(engine.dataDir(), {"--json", "status"});
  const auto json = nlohmann::json::parse(told.output, nullptr, false);
  if (!told.ok() || json.is_discarded() || !json.contains("now")) return ~std::uint64_t{0};
  return json["now"].value(field, ~std::uint64_t{0});
}

// From here on it does nothing, and takes no connection, until it is resumed. (SIGSTOP alone acts a moment later.)
inline bool pauseProcess(std::int64_t process) {
  ::kill(static_cast<pid_t>(process), SIGSTOP);
  return eventually([process] {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string line;
    std::getline(file, line);
    const auto name = line.rfind(')');
    return name != std::string::npos && line.compare(name, 3, ") T") == 0;
  });
}
inline void resumeProcess(std::int64_t process) { ::kill(static_cast<pid_t>(process), SIGCONT); }

// All of its workers have answered, and what they had said before has been taken. Wine has a process do something itself when another takes
// a handle out of it: whoever takes one from a worker that is stopped by then waits for ever.
inline bool atRest(const EngineProcess& engine) { return sluicectl(engine.dataDir(), {"connections"}).ok(); }

// On Windows an accept that waits takes a connection for its worker even while that is stopped. These take the place of others there:
// as many as all workers have accepts in flight, which are served in the order in which they began.
class TakenAhead {
 public:
  TakenAhead(const EngineProcess& engine, std::size_t workers) {
    if (std::getenv("SLUICE_WINE") == nullptr) return;
    for (std::size_t i = 0; i < workers * net::kAcceptsInFlight; ++i) clients_.push_back(std::make_unique<Client>(engine.port()));
  }

 private:
  std::vector<std::unique_ptr<Client>> clients_;
};

// What connects meanwhile is this worker's: all others are stopped. `attempt` connects and says whether it was served.
inline bool withOnly(std::size_t which, const EngineProcess& engine, const std::vector<std::int64_t>& workers,
                     const std::function<bool()>& attempt) {
  bool paused = atRest(engine), served = false;
  for (std::size_t i = 0; i < workers.size(); ++i) paused = paused && (i == which || pauseProcess(workers[i]));
  const TakenAhead taken(engine, paused ? workers.size() : 0);
  for (std::size_t tries = 0; paused && !served && tries < workers.size(); ++tries) served = attempt();
  for (const auto worker : workers) resumeProcess(worker);
  return served;
}

inline EngineProcess::Options withWorkers(int count, std::vector<std::string> more = {}) {
  EngineProcess::Options options;
  options.arguments = {"--workers", std::to_string(count)};
  options.arguments.insert(options.arguments.end(), more.begin(), more.end());
  return options;
}

}  // namespace sluice::test
