#include "platform/child_process.h"

#include <windows.h>

#include <charconv>
#include <memory>
#include <string_view>

#include "platform/windows/system_error.h"
#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

// Handles keep their numbers in the child; these name them, in order, as "1a4,1b0".
constexpr wchar_t kInheritedVariable[] = L"SLUICE_INHERITED_HANDLES";
// What kill() makes a process end with: no program of ours ends by itself like this.
constexpr UINT kKilled = 0xE0534C4B;
constexpr int kKilledSignal = 9;

// As CommandLineToArgvW takes it apart: backslashes count only before a quotation mark.
void appendArgument(std::wstring& line, std::wstring_view argument) {
  if (!line.empty()) line += L' ';
  line += L'"';
  std::size_t backslashes = 0;
  for (const wchar_t each : argument) {
    if (each == L'"') line.append(backslashes + 1, L'\\');
    backslashes = each == L'\\' ? backslashes + 1 : 0;
    line += each;
  }
  line.append(backslashes, L'\\');
  line += L'"';
}

// This process's variables and the list of handles, as CreateProcess wants them.
std::wstring environmentWith(const std::wstring& handles) {
  std::wstring block;
  const std::unique_ptr<wchar_t, decltype(&FreeEnvironmentStringsW)> own(GetEnvironmentStringsW(), &FreeEnvironmentStringsW);
  const std::wstring prefix = std::wstring(kInheritedVariable) + L"=";
  for (const wchar_t* each = own.get(); each != nullptr && *each != L'\0'; each += std::wstring_view(each).size() + 1) {
    if (std::wstring_view(each).starts_with(prefix)) continue;
    block.append(each).push_back(L'\0');
  }
  block.append(prefix).append(handles).push_back(L'\0');
  block.push_back(L'\0');
  return block;
}

// Copies that may be inherited, and the list that lets the child have these and no other.
class Inheritance {
 public:
  Result<void> prepare(std::span<const Handle> handles) {
    for (const Handle each : handles) {
      if (auto added = add(systemHandle(each)); !added) return added;
      if (!names_.empty()) names_ += L',';
      char text[20];
      const auto end = std::to_chars(text, text + sizeof text, reinterpret_cast<std::uintptr_t>(list_.back()), 16).ptr;
      names_ += widen(std::string_view(text, end));
    }
    // Both outputs of the child are this process's standard error.
    if (const HANDLE error = GetStdHandle(STD_ERROR_HANDLE); error != nullptr && error != INVALID_HANDLE_VALUE) {
      if (add(error)) output_ = list_.back();
    }
    SIZE_T size = 0;
    InitializeProcThreadAttributeList(nullptr, 1, 0, &size);
    space_.resize(size);
    if (InitializeProcThreadAttributeList(attributes(), 1, 0, &size) == 0) return systemFailure(GetLastError(), "starting a program");
    ready_ = true;
    if (!list_.empty() && UpdateProcThreadAttribute(attributes(), 0, PROC_THREAD_ATTRIBUTE_HANDLE_LIST, list_.data(),
                                                    list_.size() * sizeof(HANDLE), nullptr, nullptr) == 0) {
      return systemFailure(GetLastError(), "starting a program");
    }
    return {};
  }
  Inheritance() = default;
  Inheritance(const Inheritance&) = delete;
  Inheritance& operator=(const Inheritance&) = delete;
  ~Inheritance() {
    if (ready_) DeleteProcThreadAttributeList(attributes());
  }

  LPPROC_THREAD_ATTRIBUTE_LIST attributes() { return reinterpret_cast<LPPROC_THREAD_ATTRIBUTE_LIST>(space_.data()); }
  const std::wstring& names() const { return names_; }
  HANDLE output() const { return output_; }

 private:
  Result<void> add(HANDLE handle) {
    HANDLE copy = nullptr;
    const HANDLE self = GetCurrentProcess();
    if (DuplicateHandle(self, handle, self, &copy, 0, TRUE, DUPLICATE_SAME_ACCESS) == 0) {
      return systemFailure(GetLastError(), "handing a handle to a child");
    }
    copies_.push_back(owned(copy));
    list_.push_back(copy);
    return {};
  }

  std::vector<OwnedHandle> copies_;
  std::vector<HANDLE> list_;
  std::wstring names_;
  std::vector<std::byte> space_;
  HANDLE output_ = nullptr;
  bool ready_ = false;
};

ChildProcess::Exit exitOf(HANDLE process) {
  DWORD code = 0;
  GetExitCodeProcess(process, &code);
  if (code == kKilled) return {0, kKilledSignal};
  return {static_cast<int>(code), 0};
}

}  // namespace

Result<ChildProcess> ChildProcess::spawn(const std::filesystem::path& program, const std::vector<std::string>& arguments,
                                         std::span<const Handle> inherited) {
  Inheritance inheritance;
  if (auto prepared = inheritance.prepare(inherited); !prepared) return fail(std::move(prepared.error()));
  std::wstring line;
  appendArgument(line, program.wstring());
  for (const auto& each : arguments) appendArgument(line, widen(each));
  auto environment = environmentWith(inheritance.names());

  STARTUPINFOEXW start{};
  start.StartupInfo.cb = sizeof start;
  start.lpAttributeList = inheritance.attributes();
  if (inheritance.output() != nullptr) {
    start.StartupInfo.dwFlags = STARTF_USESTDHANDLES;
    start.StartupInfo.hStdOutput = inheritance.output();
    start.StartupInfo.hStdError = inheritance.output();
  }
  // No console: what Ctrl-Break or Ctrl-C ends is this process, which ends its children in order. And where consoles are programs
  // (Wine), that of a child which is killed at its start would stay, with a copy of everything that the child was given: whoever
  // waits for the end of its port would wait for ever.
  constexpr DWORD kFlags = EXTENDED_STARTUPINFO_PRESENT | CREATE_UNICODE_ENVIRONMENT | DETACHED_PROCESS;
  PROCESS_INFORMATION started{};
  if (CreateProcessW(program.c_str(), line.data(), nullptr, nullptr, TRUE, kFlags, environment.data(), nullptr, &start.StartupInfo,
                     &started) == 0) {
    return systemFailure(GetLastError(), "cannot start " + program.string());
  }
  CloseHandle(started.hThread);
  return ChildProcess(started.dwProcessId, owned(started.hProcess));
}

ChildProcess::~ChildProcess() {
  if (id_ != 0) kill();
}

std::optional<ChildProcess::Exit> ChildProcess::ended() {
  if (id_ == 0) return exit_;
  if (WaitForSingleObject(systemHandle(process_), 0) != WAIT_OBJECT_0) return std::nullopt;
  id_ = 0;
  exit_ = exitOf(systemHandle(process_));
  return exit_;
}

ChildProcess::Exit ChildProcess::kill() {
  if (auto exit = ended()) return *exit;
  TerminateProcess(systemHandle(process_), kKilled);
  WaitForSingleObject(systemHandle(process_), INFINITE);
  id_ = 0;
  exit_ = exitOf(systemHandle(process_));
  return exit_;
}

std::string describe(const ChildProcess::Exit& exit) {
  return exit.signal != 0 ? "killed" : "exit code " + std::to_string(static_cast<unsigned>(exit.code));
}

OwnedHandle inheritedHandle(std::size_t index) {
  wchar_t text[256];
  const DWORD length = GetEnvironmentVariableW(kInheritedVariable, text, 256);
  if (length == 0 || length >= 256) return {};
  const std::string names = narrow(std::wstring_view(text, length));
  std::string_view rest = names;
  for (; index > 0 && !rest.empty(); --index) {
    const auto comma = rest.find(',');
    rest = comma == std::string_view::npos ? std::string_view() : rest.substr(comma + 1);
  }
  std::uintptr_t number = 0;
  const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number, 16);
  if (read.ec != std::errc() || number == 0) return {};
  const auto handle = static_cast<Handle>(number);
  SetHandleInformation(systemHandle(handle), HANDLE_FLAG_INHERIT, 0);
  return OwnedHandle(handle);
}

}  // namespace sluice::platform
