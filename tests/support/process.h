// A child program for tests: its output is kept, every wait has a deadline, and it never outlives its owner. Any one
// thread at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/bytes.h"

namespace sluice::test {

class ProcessImpl;

class Process {
 public:
  using Deadline = std::chrono::milliseconds;
  static constexpr Deadline kDeadline = std::chrono::seconds(60);

  struct Options {
    std::vector<std::string> environment;  // NAME=value, over those of the test
    // Takes standard output instead of keeping it; called on a thread of the process object.
    std::function<void(Bytes)> onOutput;
    // Gives standard input piece by piece, 0 at its end; called on such a thread too. Without it, input is empty.
    std::function<std::size_t(MutableBytes)> input;
  };

  // `program` is a path or a name on PATH. A program that cannot be started ends with exit code 127.
  Process(const std::string& program, const std::vector<std::string>& arguments, Options options);
  Process(const std::string& program, const std::vector<std::string>& arguments);
  // Kills the program if it still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::int64_t id() const;
  bool running();

  // The first whole line of standard output or standard error that begins with `beginning`; nothing when the program
  // ends or the deadline passes first.
  std::optional<std::string> lineThatBegins(const std::string& beginning, Deadline deadline = kDeadline);

  void terminate();  // asks it to end: SIGTERM, Ctrl-Break on Windows
  void kill();

  // The exit code, once it ended and all its output was taken; 128 + signal when a signal ended it; kill() is signal 9. At the deadline
  // the program is killed and nothing is returned.
  std::optional<int> wait(Deadline deadline = kDeadline);

  std::string output();  // standard output so far
  std::string errors();  // standard error so far

 private:
  std::unique_ptr<ProcessImpl> impl_;
};

struct Finished {
  std::optional<int> exitCode;  // nothing: killed at the deadline
  std::string output;
  std::string errors;

  bool ok() const { return exitCode == 0; }
  std::string text() const;  // all of it, for the message of a failed test
};

Finished run(const std::string& program, const std::vector<std::string>& arguments, Process::Options options = {},
             Process::Deadline deadline = Process::kDeadline);

// Whether a program of this name is on PATH.
bool programExists(const std::string& name);

// Ends any process without notice.
void killProcess(std::int64_t processId);

// Processes that this one has started and that still run, in no order.
std::vector<std::int64_t> childrenOf(std::int64_t processId);

// Resident memory of a process and of all its descendants, in bytes; 0 once it is gone.
std::uint64_t residentBytes(std::int64_t processId);

// A sanitizer keeps what was freed and doubles what is not: how much memory a process has then says nothing about it.
// Nor does it where kqueue is a library, which keeps what it knows of each descriptor in the process.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || defined(SLUICE_KQUEUE_IS_A_LIBRARY)
inline constexpr bool kMemoryIsTelling = false;
#else
inline constexpr bool kMemoryIsTelling = true;
#endif

}  // namespace sluice::test
