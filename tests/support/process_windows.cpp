#include <windows.h>

#include <psapi.h>
#include <tlhelp32.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <sstream>
#include <thread>

#include "core/base/assert.h"
#include "platform/windows/system_error.h"
#include "platform/windows/text.h"
#include "tests/support/ctrl_break_windows.h"
#include "tests/support/process.h"

namespace sluice::test {
namespace {

using platform::narrow;
using platform::OwnedHandle;
using platform::owned;
using platform::systemHandle;
using platform::widen;

constexpr UINT kKilled = 128 + 9;  // as a shell of other systems tells of it

struct Pipe {
  OwnedHandle read, write;

  // One end is for the child.
  explicit Pipe(OwnedHandle Pipe::*inherited) {
    HANDLE ends[2];
    SLUICE_ASSERT(CreatePipe(&ends[0], &ends[1], nullptr, 0) != 0);
    read = owned(ends[0]);
    write = owned(ends[1]);
    SetHandleInformation(systemHandle(this->*inherited), HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
  }
};

// No argument of a test ends with a backslash or holds a quotation mark.
std::wstring commandLine(const std::string& program, const std::vector<std::string>& arguments) {
  std::wstring line = L'"' + widen(program) + L'"';
  for (const auto& each : arguments) line += L" \"" + widen(each) + L'"';
  return line;
}

std::wstring environmentWith(const std::vector<std::string>& more) {
  std::wstring block;
  for (const auto& each : more) block.append(widen(each)).push_back(L'\0');
  wchar_t* const own = GetEnvironmentStringsW();
  for (const wchar_t* each = own; *each != L'\0'; each += std::wstring_view(each).size() + 1) {
    const auto text = narrow(each);
    const auto name = text.substr(0, text.find('=', 1) + 1);
    const bool replaced = std::any_of(more.begin(), more.end(), [&](const auto& other) { return other.starts_with(name); });
    if (!replaced) block.append(each).push_back(L'\0');
  }
  FreeEnvironmentStringsW(own);
  block.push_back(L'\0');
  return block;
}

// Every process of this system, the number of its parent with it.
std::vector<std::pair<std::int64_t, std::int64_t>> everyProcess() {
  std::vector<std::pair<std::int64_t, std::int64_t>> all;
  const OwnedHandle snapshot = owned(CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0));
  PROCESSENTRY32W each{};
  each.dwSize = sizeof each;
  for (BOOL more = Process32FirstW(systemHandle(snapshot), &each); more != 0; more = Process32NextW(systemHandle(snapshot), &each)) {
    all.emplace_back(each.th32ProcessID, each.th32ParentProcessID);
  }
  return all;
}

}  // namespace

class Process::Impl {
 public:
  Impl(const std::string& program, const std::vector<std::string>& arguments, Options options) : options_(std::move(options)) {
    Pipe in(&Pipe::read), out(&Pipe::write), err(&Pipe::write);
    start(program, arguments, in, out, err);
    in.read = {};
    out.write = {};
    err.write = {};
    outReader_ = std::thread([this, from = std::move(out.read)] { take(from, &Impl::output_); });
    errReader_ = std::thread([this, from = std::move(err.read)] { take(from, &Impl::errors_); });
    writer_ = std::thread([this, into = std::move(in.write)]() mutable { give(std::move(into)); });
    waiter_ = std::thread([this] { await(); });
  }

  ~Impl() {
    kill();
    for (std::thread* each : {&waiter_, &outReader_, &errReader_, &writer_}) each->join();
  }

  void kill() {
    const std::scoped_lock lock(mutex_);
    if (process_ && !exitCode_) TerminateProcess(systemHandle(process_), kKilled);
  }
  void terminate() {
    const std::scoped_lock lock(mutex_);
    if (process_ && !exitCode_) sendCtrlBreak(systemHandle(process_));
  }

  std::optional<std::string> line(const std::string& beginning, Deadline deadline) {
    std::unique_lock lock(mutex_);
    std::optional<std::string> found;
    changed_.wait_for(lock, deadline, [&] {
      found = lineIn(output_, beginning);
      if (!found) found = lineIn(errors_, beginning);
      return found || finished();
    });
    return found;
  }

  std::optional<int> wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    if (changed_.wait_for(lock, deadline, [&] { return finished(); })) return exitCode_;
    if (process_ && !exitCode_) TerminateProcess(systemHandle(process_), kKilled);
    return std::nullopt;
  }

  bool running() {
    const std::scoped_lock lock(mutex_);
    return !exitCode_;
  }

  std::string copy(std::string Impl::*text) {
    const std::scoped_lock lock(mutex_);
    return this->*text;
  }

  std::string output_;   // under mutex_
  std::string errors_;   // under mutex_
  std::int64_t id_ = 0;  // immutable after construction

 private:
  bool finished() const { return exitCode_ && outputsEnded_ == 2; }

  static std::optional<std::string> lineIn(const std::string& text, const std::string& beginning) {
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      if (lines.eof() || line.rfind(beginning, 0) != 0) continue;
      if (line.ends_with('\r')) line.pop_back();
      return line;
    }
    return std::nullopt;
  }

  void start(const std::string& program, const std::vector<std::string>& arguments, const Pipe& in, const Pipe& out, const Pipe& err) {
    STARTUPINFOW start{};
    start.cb = sizeof start;
    start.dwFlags = STARTF_USESTDHANDLES;
    start.hStdInput = systemHandle(in.read);
    start.hStdOutput = systemHandle(out.write);
    start.hStdError = systemHandle(err.write);
    auto line = commandLine(program, arguments);
    auto environment = environmentWith(options_.environment);
    PROCESS_INFORMATION started{};
    // A console without a window: a program that has none could not be asked to end.
    if (CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, CREATE_NO_WINDOW | CREATE_UNICODE_ENVIRONMENT, environment.data(),
                       nullptr, &start, &started) == 0) {
      errors_ = program + ": cannot be started: error " + std::to_string(GetLastError()) + "\n";
      return;
    }
    CloseHandle(started.hThread);
    process_ = owned(started.hProcess);
    id_ = started.dwProcessId;
  }

  // Reader threads: one output until it has ended.
  void take(const OwnedHandle& from, std::string Impl::*into) {
    std::vector<std::byte> buffer(256 * 1024);
    for (DWORD count = 0; ReadFile(systemHandle(from), buffer.data(), static_cast<DWORD>(buffer.size()), &count, nullptr) != 0;) {
      const auto bytes = Bytes(buffer).first(count);
      if (into == &Impl::output_ && options_.onOutput) {
        options_.onOutput(bytes);
        continue;
      }
      const std::scoped_lock lock(mutex_);
      this->*into += asText(bytes);
      changed_.notify_all();
    }
    const std::scoped_lock lock(mutex_);
    ++outputsEnded_;
    changed_.notify_all();
  }

  // Writer thread; a program may end before it has read its input.
  void give(OwnedHandle into) {
    std::vector<std::byte> buffer(64 * 1024);
    while (options_.input) {
      auto piece = Bytes(buffer).first(options_.input(buffer));
      if (piece.empty()) return;
      for (DWORD count = 0; !piece.empty(); piece = piece.subspan(count)) {
        if (WriteFile(systemHandle(into), piece.data(), static_cast<DWORD>(piece.size()), &count, nullptr) == 0) return;
      }
    }
  }

  // Waiter thread.
  void await() {
    DWORD code = 127;
    if (process_) WaitForSingleObject(systemHandle(process_), INFINITE);
    if (process_) GetExitCodeProcess(systemHandle(process_), &code);
    const std::scoped_lock lock(mutex_);
    exitCode_ = static_cast<int>(code);
    changed_.notify_all();
  }

  const Options options_;
  OwnedHandle process_;  // immutable after construction
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<int> exitCode_;  // under mutex_
  int outputsEnded_ = 0;         // under mutex_
  std::thread outReader_, errReader_, writer_, waiter_;
};

Process::Process(const std::string& program, const std::vector<std::string>& arguments, Options options)
    : impl_(std::make_unique<Impl>(program, arguments, std::move(options))) {}
Process::Process(const std::string& program, const std::vector<std::string>& arguments) : Process(program, arguments, Options{}) {}
Process::~Process() = default;

std::int64_t Process::id() const { return impl_->id_; }
bool Process::running() { return impl_->running(); }
void Process::terminate() { impl_->terminate(); }
void Process::kill() { impl_->kill(); }
std::optional<int> Process::wait(Deadline deadline) { return impl_->wait(deadline); }
std::string Process::output() { return impl_->copy(&Impl::output_); }
std::string Process::errors() { return impl_->copy(&Impl::errors_); }

std::optional<std::string> Process::lineThatBegins(const std::string& beginning, Deadline deadline) {
  return impl_->line(beginning, deadline);
}

std::string Finished::text() const {
  const auto code = exitCode ? std::to_string(*exitCode) : "none, killed at the deadline";
  return "exit code " + code + "\n" + output + errors;
}

Finished run(const std::string& program, const std::vector<std::string>& arguments, Process::Options options,
             Process::Deadline deadline) {
  Process process(program, arguments, std::move(options));
  const auto exitCode = process.wait(deadline);
  return {exitCode, process.output(), process.errors()};
}

bool programExists(const std::string& name) {
  return SearchPathW(nullptr, widen(name).c_str(), L".exe", 0, nullptr, nullptr) != 0;
}

void killProcess(std::int64_t processId) {
  const OwnedHandle process = owned(OpenProcess(PROCESS_TERMINATE, FALSE, static_cast<DWORD>(processId)));
  if (process) TerminateProcess(systemHandle(process), kKilled);
}

std::vector<std::int64_t> childrenOf(std::int64_t processId) {
  std::vector<std::int64_t> children;
  for (const auto& [id, parent] : everyProcess()) {
    if (parent == processId && id != processId) children.push_back(id);
  }
  std::sort(children.begin(), children.end());
  return children;
}

std::uint64_t residentBytes(std::int64_t processId) {
  const OwnedHandle process = owned(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, static_cast<DWORD>(processId)));
  PROCESS_MEMORY_COUNTERS counters{};
  if (!process || GetProcessMemoryInfo(systemHandle(process), &counters, sizeof counters) == 0) return 0;
  std::uint64_t bytes = counters.WorkingSetSize;
  for (const std::int64_t child : childrenOf(processId)) bytes += residentBytes(child);
  return bytes;
}

}  // namespace sluice::test
