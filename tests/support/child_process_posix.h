// A real second process: a fork that runs one function. One thread.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace sluice::test {

// Unprivileged on every POSIX system.
inline constexpr uid_t kNobody = 65534;

class ChildProcess {
 public:
  // The child ends with what `run` gives, 0 to 255. It must not use the test macros.
  explicit ChildProcess(const std::function<int()>& run) : pid_(fork()) {
    if (pid_ == 0) _exit(run());
  }
  ~ChildProcess() {
    if (pid_ > 0) endNow();
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  pid_t pid() const { return pid_; }

  // The exit status; -1 when a signal ended it.
  int wait() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

  // As a crash: no destructor of the child runs.
  void endNow() {
    kill(pid_, SIGKILL);
    wait();
  }

 private:
  pid_t pid_;
};

// One byte from one process to another: "I am this far".
class Signal {
 public:
  Signal() { static_cast<void>(!pipe(ends_)); }
  ~Signal() {
    close(ends_[0]);
    close(ends_[1]);
  }
  Signal(const Signal&) = delete;
  Signal& operator=(const Signal&) = delete;

  void give() { static_cast<void>(!write(ends_[1], "x", 1)); }
  void await() {
    char byte = 0;
    static_cast<void>(!read(ends_[0], &byte, 1));
  }

 private:
  int ends_[2] = {-1, -1};
};

// Runs `run` without the rights of root, in a child when this process has them. Gives what `run` gives.
inline int withoutRoot(const std::function<int()>& run) {
  if (geteuid() != 0) return run();
  return ChildProcess([&] { return setuid(kNobody) == 0 ? run() : 255; }).wait();
}

}  // namespace sluice::test
