// The real sluiced of the build under test, on a data directory of its own and a free port. On destruction it is
// stopped; a test whose engine has crashed, or one of its workers, or that does not stop in order, fails, whatever else it
// looked at. When the test has failed, the engine's log is printed. Any one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace sluice::test {

// Path of one of our programs: beside the test binaries, or in the directory that SLUICE_BIN_DIR names.
std::string programPath(const std::string& name);

class EngineProcess {
 public:
  struct Options {
    std::filesystem::path dataDir = {};  // empty: a temporary one
    std::vector<std::string> listeners = {"regular@127.0.0.1:0"};
    std::vector<std::string> arguments = {};  // further ones
  };

  EngineProcess();
  explicit EngineProcess(const Options& options);
  ~EngineProcess();
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  // Every listener has said where it listens.
  bool ready() const { return ready_; }
  std::uint16_t port(std::size_t listener = 0) const;
  std::string proxy() const;  // http://127.0.0.1:port
  const std::filesystem::path& dataDir() const { return dataDir_; }
  Process& process() { return *process_; }
  std::string log();

  // SIGTERM; the exit code, nothing when it did not end in time.
  std::optional<int> stop();
  // For tests of what a crash leaves behind: ends the engine without notice.
  void kill();
  // For tests that kill workers: the death of one fails no test.
  void workersMayDie() { workersMayDie_ = true; }

 private:
  std::unique_ptr<TemporaryDirectory> ownDirectory_;
  std::filesystem::path dataDir_;
  std::unique_ptr<Process> process_;
  std::vector<std::uint16_t> ports_;
  bool ready_ = false;
  bool killed_ = false;
  bool workersMayDie_ = false;
};

// TLS passes through tunnels unread: for tests that are not about TLS.
inline EngineProcess::Options withoutInterception() {
  EngineProcess::Options options;
  options.arguments = {"--intercept", "off"};
  return options;
}

// curl through the engine; its own settings files and proxy variables of the environment have no say.
Finished curl(const EngineProcess& engine, const std::vector<std::string>& arguments, Process::Options options = {});
// sluicectl on the engine's data directory.
Finished sluicectl(const std::filesystem::path& dataDir, const std::vector<std::string>& arguments);

}  // namespace sluice::test
