// A thread of another process that is stopped while it waits, holding nothing, and goes on with the end of this object. The process must be
// a child of this one. Test thread.
#pragma once

#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include "tests/support/eventually.h"

namespace sluice::test {

class HeldThread {
 public:
  HeldThread(std::int64_t process, const std::string& name) {
    for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
      if (lineOf(task.path() / "comm") == name) found_ = task.path();
    }
    if (found_.empty()) return;
    thread_ = static_cast<pid_t>(std::stoi(found_.filename().string()));
    eventually([&] { return attach() && (waits() || !letGo()); });
  }
  ~HeldThread() { letGo(); }
  HeldThread(const HeldThread&) = delete;
  HeldThread& operator=(const HeldThread&) = delete;

  // False: there is no such thread, or this system does not allow it.
  bool held() const { return attached_; }

 private:
  static std::string lineOf(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::string line;
    std::getline(file, line);
    return line;
  }
  bool attach() {
    attached_ = ::ptrace(PTRACE_SEIZE, thread_, nullptr, nullptr) == 0;
    if (!attached_) return true;  // not allowed here, and never will be
    return ::ptrace(PTRACE_INTERRUPT, thread_, nullptr, nullptr) == 0 && ::waitpid(thread_, nullptr, __WALL) == thread_;
  }
  bool waits() const { return !attached_ || lineOf(found_ / "syscall").rfind(std::to_string(SYS_futex) + " ", 0) == 0; }
  bool letGo() {
    if (std::exchange(attached_, false)) ::ptrace(PTRACE_DETACH, thread_, nullptr, nullptr);
    return true;
  }

  std::filesystem::path found_;
  pid_t thread_ = 0;
  bool attached_ = false;
};

}  // namespace sluice::test
