// A child process that serves this one: a program of ours, started with a few inherited handles, ended and reaped by its
// owner at the latest when the object goes. Any one thread at a time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::platform {

class ChildProcess {
 public:
  // How it ended: by itself with a code, or by a signal (0: none).
  struct Exit {
    int code = 0;
    int signal = 0;
    friend bool operator==(const Exit&, const Exit&) = default;
  };

  // Starts `program` with `arguments` (without its name). It finds copies of `inherited` in inheritedHandle(), nothing
  // else, and its standard output is this process's standard error. Signals are as at the
  // start of a program.
  static Result<ChildProcess> spawn(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                    std::span<const Handle> inherited);

  ChildProcess(ChildProcess&& other) noexcept : id_(std::exchange(other.id_, 0)), process_(std::move(other.process_)), exit_(other.exit_) {}
  ChildProcess& operator=(ChildProcess&&) = delete;
  // Kills it if it still runs.
  ~ChildProcess();

  std::int64_t id() const { return id_; }
  // The process itself, for PortSocket::setPeer(); kNoHandle where a number is all there is. Borrowed.
  Handle process() const { return process_.get(); }

  // How it ended, as often as it is asked; nothing while it runs.
  std::optional<Exit> ended();
  // Ends it without notice if it still runs, and waits until it is gone.
  Exit kill();

 private:
  explicit ChildProcess(std::int64_t id, OwnedHandle process = {}) : id_(id), process_(std::move(process)) {}

  std::int64_t id_ = 0;  // 0: gone and reaped
  OwnedHandle process_;  // where the number alone does not name it for certain: Windows
  Exit exit_;            // once it is gone
};

// "exit code 3", "signal 9"; "killed" where the system knows no signals.
std::string describe(const ChildProcess::Exit& exit);

// In the child: what its parent gave it, in the same order. Once each; the caller owns it.
OwnedHandle inheritedHandle(std::size_t index);

}  // namespace sluice::platform
