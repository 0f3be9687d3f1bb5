#include "platform/posix/run_program.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "core/base/limits.h"
#include "platform/handle.h"
#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

extern char** environ;

namespace sluice::platform {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::size_t kOutputBytesMax = 64 * limits::kKiB;  // settings are a line each

int start(pid_t& child, const std::vector<std::string>& words, const OwnedHandle& output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, descriptor(output), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, descriptor(output), STDERR_FILENO);
  std::vector<char*> argv;
  for (const auto& each : words) argv.push_back(const_cast<char*>(each.c_str()));
  argv.push_back(nullptr);
  const int why = ::posix_spawnp(&child, argv.front(), &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  return why;
}

// False: time is up.
bool readAll(const OwnedHandle& from, std::string& into, Steady::time_point until) {
  std::array<char, 4096> piece;
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Steady::now()).count();
    pollfd ready{descriptor(from), POLLIN, 0};
    if (left <= 0) return false;
    const int count = ::poll(&ready, 1, static_cast<int>(left));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    const auto got = ::read(descriptor(from), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    if (into.size() < kOutputBytesMax) into.append(piece.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

Result<std::string> runProgram(const std::vector<std::string>& words, std::chrono::seconds patience) {
  int ends[2];
  if (::pipe(ends) != 0) return systemFailure(errno, "cannot start " + words.front());
  const OwnedHandle read(ends[0]);
  OwnedHandle write(ends[1]);
  for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
  pid_t child = 0;
  if (const int why = start(child, words, write); why != 0) return systemFailure(why, "cannot start " + words.front());
  write = {};
  std::string output;
  const bool inTime = readAll(read, output, Steady::now() + patience);
  if (!inTime) ::kill(child, SIGKILL);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  while (!output.empty() && output.back() == '\n') output.pop_back();
  const auto limit = std::to_string(patience.count()) + " seconds";
  if (!inTime) return fail(Side::Local, Code::System, words.front() + " did not end within " + limit);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127) return fail(Side::Local, Code::NotFound, words.front() + " is not installed");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail(Side::Local, Code::System, words.front() + " failed: " + output);
  return output;
}

}  // namespace sluice::platform
