#include "platform/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "platform/posix/descriptor.h"
#include "platform/posix/spawn_closing.h"
#include "platform/posix/system_error.h"

extern char** environ;

namespace sluice::platform {
namespace {

constexpr int kFirstInherited = 3;  // after the standard three

ChildProcess::Exit exitOf(int status) {
  if (WIFSIGNALED(status)) return {0, WTERMSIG(status)};
  return {WEXITSTATUS(status), 0};
}

// What the child's descriptors and signals are, before the program begins.
class Preparation {
 public:
  explicit Preparation(const std::vector<OwnedHandle>& inherited) {
    posix_spawn_file_actions_init(&files_);
    posix_spawnattr_init(&attributes_);
    for (std::size_t i = 0; i < inherited.size(); ++i) {
      posix_spawn_file_actions_adddup2(&files_, descriptor(inherited[i]), kFirstInherited + static_cast<int>(i));
    }
    posix_spawn_file_actions_adddup2(&files_, STDERR_FILENO, STDOUT_FILENO);
    const short closing = closeAllFrom(files_, kFirstInherited + static_cast<int>(inherited.size()));
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_, static_cast<short>(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | closing));
  }
  ~Preparation() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  Preparation(const Preparation&) = delete;
  Preparation& operator=(const Preparation&) = delete;

  const posix_spawn_file_actions_t* files() const { return &files_; }
  const posix_spawnattr_t* attributes() const { return &attributes_; }

 private:
  posix_spawn_file_actions_t files_;
  posix_spawnattr_t attributes_;
};

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                         std::span<const Handle> inherited) {
  const std::string name = program.string();
  std::vector<char*> argv{const_cast<char*>(name.c_str())};
  for (const auto& each : arguments) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  // Copies out of the way: one must not be put where another still stands, nor onto itself, which would close it on exec.
  std::vector<OwnedHandle> copies;
  for (const Handle each : inherited) {
    copies.emplace_back(::fcntl(descriptor(each), F_DUPFD_CLOEXEC, kFirstInherited + static_cast<int>(inherited.size())));
    if (!copies.back()) return systemFailure(errno, "cannot start " + name);
  }
  const Preparation preparation(copies);
  pid_t id = 0;
  const int why = ::posix_spawn(&id, name.c_str(), preparation.files(), preparation.attributes(), argv.data(), environ);
  if (why != 0) return systemFailure(why, "cannot start " + name);
  return ChildProcess(id);
}

ChildProcess::~ChildProcess() {
  if (id_ != 0) kill();
}

std::optional<ChildProcess::Exit> ChildProcess::ended() {
  if (id_ == 0) return exit_;
  int status = 0;
  const auto gone = ::waitpid(static_cast<pid_t>(id_), &status, WNOHANG);
  if (gone == 0) return std::nullopt;
  id_ = 0;
  if (gone > 0) exit_ = exitOf(status);
  return exit_;
}

ChildProcess::Exit ChildProcess::kill() {
  if (auto exit = ended()) return *exit;
  ::kill(static_cast<pid_t>(id_), SIGKILL);
  int status = 0;
  while (::waitpid(static_cast<pid_t>(id_), &status, 0) < 0 && errno == EINTR) {
  }
  id_ = 0;
  exit_ = exitOf(status);
  return exit_;
}

std::string describe(const ChildProcess::Exit& exit) {
  return exit.signal != 0 ? "signal " + std::to_string(exit.signal) : "exit code " + std::to_string(exit.code);
}

OwnedHandle inheritedHandle(std::size_t index) {
  const int inherited = kFirstInherited + static_cast<int>(index);
  ::fcntl(inherited, F_SETFD, FD_CLOEXEC);
  return OwnedHandle(inherited);
}

}  // namespace sluice::platform
