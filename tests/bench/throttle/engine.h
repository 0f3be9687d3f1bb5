// The real sluiced as a process of its own, told over its control connection what to do. One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "app/cli/engine_client.h"
#include "core/throttle/profile.h"
#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace sluice::bench {

class Engine {
 public:
  // Ends the program with a message when it cannot be started.
  explicit Engine(int workers);
  ~Engine();

  std::uint16_t port() const { return port_; }
  void use(const throttle::Profile& profile);
  // Processor seconds of all its processes so far.
  double cpuSeconds() const;
  // System calls a second of all of them, as strace counts them while it looks; nothing without strace.
  std::optional<double> systemCallsPerSecond() const;

 private:
  std::vector<std::int64_t> processes() const;

  test::TemporaryDirectory home_;
  std::unique_ptr<test::Process> process_;
  std::unique_ptr<cli::EngineClient> client_;
  std::uint16_t port_ = 0;
};

}  // namespace sluice::bench
