#include <windows.h>

#include <psapi.h>
#include <tlhelp32.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

#include "core/base/assert.h"
#include "platform/windows/system_error.h"
#include "platform/windows/text.h"
#include "tests/support/ctrl_break_windows.h"
#include "tests/support/process_impl.h"

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
    if (std::wstring_view(each.szExeFile) == L"conhost.exe") continue;  // the system's own, beside a program with a console
    all.emplace_back(each.th32ProcessID, each.th32ParentProcessID);
  }
  return all;
}

class WindowsProcess final : public ProcessImpl {
 public:
  WindowsProcess(const std::string& program, const std::vector<std::string>& arguments, Process::Options options)
      : ProcessImpl(std::move(options)) {
    Pipe in(&Pipe::read), out(&Pipe::write), err(&Pipe::write);
    create(program, arguments, in, out, err);
    in.read = {};
    out.write = {};
    err.write = {};
    outReader_ = std::thread([this, from = std::move(out.read)] { take(from, Stream::Output); });
    errReader_ = std::thread([this, from = std::move(err.read)] { take(from, Stream::Errors); });
    writer_ = std::thread([this, into = std::move(in.write)]() mutable { give(std::move(into)); });
    waiter_ = std::thread([this] { await(); });
  }

  ~WindowsProcess() override {
    kill();
    for (std::thread* each : {&waiter_, &outReader_, &errReader_, &writer_}) each->join();
  }

  void kill() override {
    const std::scoped_lock lock(mutex_);
    if (process_ && !exitCode_) TerminateProcess(systemHandle(process_), kKilled);
  }
  void terminate() override {
    const std::scoped_lock lock(mutex_);
    if (process_ && !exitCode_) sendCtrlBreak(systemHandle(process_));
  }

 private:
  void create(const std::string& program, const std::vector<std::string>& arguments, const Pipe& in, const Pipe& out, const Pipe& err) {
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
      return keep(Stream::Errors, asBytes(program + ": cannot be started: error " + std::to_string(GetLastError()) + "\n"));
    }
    CloseHandle(started.hThread);
    process_ = owned(started.hProcess);
    id_ = started.dwProcessId;
  }

  // Reader threads: one output until it has ended.
  void take(const OwnedHandle& from, Stream stream) {
    std::vector<std::byte> buffer(256 * 1024);
    for (DWORD count = 0; ReadFile(systemHandle(from), buffer.data(), static_cast<DWORD>(buffer.size()), &count, nullptr) != 0;) {
      keep(stream, Bytes(buffer).first(count));
    }
    streamEnded();
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

  OwnedHandle process_;  // immutable after construction
  std::thread outReader_, errReader_, writer_, waiter_;
};

}  // namespace

std::unique_ptr<ProcessImpl> ProcessImpl::start(const std::string& program, const std::vector<std::string>& arguments,
                                                Process::Options options) {
  return std::make_unique<WindowsProcess>(program, arguments, std::move(options));
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
