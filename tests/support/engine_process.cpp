#include "tests/support/engine_process.h"

#include <cstdio>
#include <cstdlib>
#include <regex>
#include <sstream>

#include "tests/support/eventually.h"
#include "tests/support/test.h"

namespace sluice::test {
namespace {

// A line "... worker 1 ended: signal 11 ..." of the supervisor.
bool diedInLog(const std::string& log) { return std::regex_search(log, std::regex("worker [0-9]+ ended: ")); }

// Of the lines that are whole.
std::vector<std::uint16_t> portsIn(const std::string& output) {
  std::vector<std::uint16_t> ports;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line) && !lines.eof();) {
    ports.push_back(std::uint16_t(std::atoi(line.c_str() + line.rfind(':') + 1)));
  }
  return ports;
}

}  // namespace

std::string programPath(const std::string& name) {
  const char* folder = std::getenv("SLUICE_BIN_DIR");
  return std::string(folder != nullptr ? folder : SLUICE_BIN_DIR) + "/" + name;
}

EngineProcess::EngineProcess() : EngineProcess(Options{}) {}

EngineProcess::EngineProcess(const Options& options) : dataDir_(options.dataDir) {
  if (dataDir_.empty()) {
    ownDirectory_ = std::make_unique<TemporaryDirectory>();
    dataDir_ = ownDirectory_->path();
  }
  std::vector<std::string> arguments = {"--data-dir", dataDir_.string()};
  for (const auto& listener : options.listeners) arguments.insert(arguments.end(), {"--listen", listener});
  arguments.insert(arguments.end(), options.arguments.begin(), options.arguments.end());
  process_ = std::make_unique<Process>(programPath("sluiced"), arguments);

  // The lines come when every listener is ready: at once, unless somebody relays them.
  if (process_->lineThatBegins("listening ")) {
    eventually([&] {
      ports_ = portsIn(process_->output());
      return ports_.size() == options.listeners.size() || !process_->running();
    });
  }
  ready_ = ports_.size() == options.listeners.size();
}

EngineProcess::~EngineProcess() {
  const bool endedByItself = ready_ && !killed_ && !process_->running() && process_->wait() != 0;
  const bool stops = !process_->running() || stop() == 0;
  if (endedByItself) failTest("the engine has crashed");
  if (!stops) failTest("the engine does not stop in order");
  if (!killed_ && !workersMayDie_ && diedInLog(log())) failTest("a worker of the engine has crashed");
  if (failedSoFar()) std::fprintf(stderr, "--- log of the engine\n%s---\n", log().c_str());
}

std::uint16_t EngineProcess::port(std::size_t listener) const {
  return listener < ports_.size() ? ports_[listener] : std::uint16_t(0);
}

std::string EngineProcess::proxy() const { return "http://127.0.0.1:" + std::to_string(port()); }

std::string EngineProcess::log() { return process_->output() + process_->errors(); }

std::optional<int> EngineProcess::stop() {
  process_->terminate();
  return process_->wait(std::chrono::seconds(30));
}

void EngineProcess::kill() {
  killed_ = true;
  process_->kill();
  process_->wait();
}

Finished curl(const EngineProcess& engine, const std::vector<std::string>& arguments, Process::Options options) {
  std::vector<std::string> all = {"-q", "-sS", "--noproxy", "", "-k", "-x", engine.proxy()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run("curl", all, std::move(options), std::chrono::minutes(5));
}

Finished sluicectl(const std::filesystem::path& dataDir, const std::vector<std::string>& arguments) {
  std::vector<std::string> all = {"--data-dir", dataDir.string()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  return run(programPath("sluicectl"), all);
}

}  // namespace sluice::test
