#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <sstream>
#include <thread>

#include "core/base/assert.h"
#include "tests/support/process_impl.h"

namespace sluice::test {
namespace {

struct Pipe {
  int read = -1;
  int write = -1;

  Pipe() {
    int ends[2];
    SLUICE_ASSERT(::pipe2(ends, O_CLOEXEC) == 0);
    read = ends[0];
    write = ends[1];
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

std::vector<std::string> environmentWith(const std::vector<std::string>& more) {
  std::vector<std::string> result = more;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto name = text.substr(0, text.find('=') + 1);
    bool replaced = false;
    for (const auto& other : more) replaced = replaced || other.rfind(name, 0) == 0;
    if (!replaced) result.push_back(text);
  }
  return result;
}

pid_t spawn(const std::string& program, std::vector<std::string> arguments, std::vector<std::string> environment,
            int in, int out, int err) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
  // Nothing that the test itself ignores or blocks shall be ignored or blocked in the program.
  posix_spawnattr_t attributes;
  ::posix_spawnattr_init(&attributes);
  sigset_t all, none;
  ::sigfillset(&all);
  ::sigemptyset(&none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  arguments.insert(arguments.begin(), program);
  pid_t id = -1;
  const int failed = ::posix_spawnp(&id, program.c_str(), &actions, &attributes, pointers(arguments).data(),
                                    pointers(environment).data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  return failed == 0 ? id : -1;
}

class PosixProcess final : public ProcessImpl {
 public:
  PosixProcess(const std::string& program, const std::vector<std::string>& arguments, Process::Options options)
      : ProcessImpl(std::move(options)) {
    // A program that ends before it has read its input must not end the test.
    std::signal(SIGPIPE, SIG_IGN);
    Pipe in, out, err;
    id_ = spawn(program, arguments, environmentWith(options_.environment), in.read, out.write, err.write);
    ::close(in.read);
    ::close(out.write);
    ::close(err.write);
    if (id_ < 0) keep(Stream::Errors, asBytes(program + ": cannot be started\n"));
    reader_ = std::thread([this, out, err] { take(out.read, err.read); });
    writer_ = std::thread([this, in] { give(in.write); });
    waiter_ = std::thread([this] { await(); });
  }

  ~PosixProcess() override {
    kill();
    waiter_.join();
    reader_.join();
    writer_.join();
  }

  void terminate() override { signal(SIGTERM); }
  void kill() override { signal(SIGKILL); }

 private:
  void signal(int which) {
    const std::scoped_lock lock(mutex_);
    if (!exitCode_) ::kill(pid_t(id_), which);
  }

  // Reader thread: both outputs until both have ended.
  void take(int out, int err) {
    std::vector<std::byte> buffer(256 * 1024);
    std::array<pollfd, 2> polled = {{{out, POLLIN, 0}, {err, POLLIN, 0}}};
    while (polled[0].fd >= 0 || polled[1].fd >= 0) {
      if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
      for (auto& one : polled) {
        if (one.fd < 0 || one.revents == 0) continue;
        const auto count = ::read(one.fd, buffer.data(), buffer.size());
        if (count > 0) {
          keep(&one == &polled[0] ? Stream::Output : Stream::Errors, Bytes(buffer).first(std::size_t(count)));
        } else {
          ::close(one.fd);
          one.fd = -1;
        }
      }
    }
    streamEnded();
    streamEnded();
  }

  // Writer thread.
  void give(int in) {
    std::vector<std::byte> buffer(64 * 1024);
    while (options_.input) {
      auto piece = Bytes(buffer).first(options_.input(buffer));
      if (piece.empty()) break;
      while (!piece.empty()) {
        const auto count = ::write(in, piece.data(), piece.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) {
          ::close(in);
          return;
        }
        piece = piece.subspan(std::size_t(count));
      }
    }
    ::close(in);
  }

  // Waiter thread.
  void await() {
    int status = 127 << 8;
    if (id_ > 0) {
      siginfo_t ignored;
      // The id stays taken until it is collected under the lock, so that kill() never hits another process.
      while (::waitid(P_PID, id_t(id_), &ignored, WEXITED | WNOWAIT) < 0 && errno == EINTR) {
      }
    }
    const std::scoped_lock lock(mutex_);
    if (id_ > 0) ::waitpid(pid_t(id_), &status, 0);
    exitCode_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    changed_.notify_all();
  }

  std::thread reader_, writer_, waiter_;
};

}  // namespace

std::unique_ptr<ProcessImpl> ProcessImpl::start(const std::string& program, const std::vector<std::string>& arguments,
                                                Process::Options options) {
  return std::make_unique<PosixProcess>(program, arguments, std::move(options));
}

void killProcess(std::int64_t processId) { ::kill(pid_t(processId), SIGKILL); }

bool programExists(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (::access((folder + "/" + name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

}  // namespace sluice::test
