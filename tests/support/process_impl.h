// A child program behind Process: what all systems do alike. Each system starts it, ends it, and hands in what it says, on threads of
// its own.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace sluice::test {

class ProcessImpl {
 public:
  // Each system's own.
  static std::unique_ptr<ProcessImpl> start(const std::string& program, const std::vector<std::string>& arguments,
                                            Process::Options options);
  virtual ~ProcessImpl() = default;

  virtual void terminate() = 0;
  virtual void kill() = 0;

  std::int64_t id() const { return id_; }
  bool running();
  std::optional<std::string> line(const std::string& beginning, Process::Deadline deadline);
  std::optional<int> wait(Process::Deadline deadline);
  std::string output() { return copy(output_); }
  std::string errors() { return copy(errors_); }

 protected:
  enum class Stream : std::uint8_t { Output, Errors };

  explicit ProcessImpl(Process::Options options) : options_(std::move(options)) {}

  void keep(Stream stream, Bytes bytes);
  void streamEnded();  // one of the two

  const Process::Options options_;
  std::int64_t id_ = 0;  // immutable after construction
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<int> exitCode_;  // under mutex_

 private:
  bool finished() const { return exitCode_ && streamsEnded_ == 2; }
  std::string copy(const std::string& text);

  int streamsEnded_ = 0;  // these three under mutex_
  std::string output_;
  std::string errors_;
};

}  // namespace sluice::test
