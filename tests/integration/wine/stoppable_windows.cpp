// stoppable PROGRAM [ARGUMENTS]: runs a Windows program and lets a parent that knows no consoles stop it. A line on standard
// input is Ctrl-Break for the program; the end of standard input kills it. Ends as the program does.
#include <windows.h>

#include <cstdio>
#include <string>
#include <thread>

namespace {

// What follows this program's own name, as it was written.
std::wstring argumentsOf(const wchar_t* line) {
  const wchar_t end = *line == L'"' ? L'"' : L' ';
  do ++line;
  while (*line != L'\0' && *line != end);
  while (*line == end || *line == L' ') ++line;
  return line;
}

// Everybody on this console gets it: this program too, and nobody else but the one that it is for.
BOOL WINAPI ignore(DWORD) { return TRUE; }

void obey(HANDLE program) {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  char byte = 0;
  for (DWORD count = 0; ReadFile(input, &byte, 1, &count, nullptr) != 0 && count == 1;) {
    if (byte != '\n') continue;
    // Wine 8 knows no Ctrl-Break here: error 6.
    if (GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, 0) != 0 || GenerateConsoleCtrlEvent(CTRL_C_EVENT, 0) != 0) continue;
    std::fprintf(stderr, "stoppable: neither Ctrl-Break nor Ctrl-C: error %lu\n", GetLastError());
  }
  TerminateProcess(program, 137);
}

// Ends as the program does. `obeyed`: what may be done to it meanwhile.
int run(std::wstring line, DWORD flags, void (*obeyed)(HANDLE)) {
  STARTUPINFOW start{};
  start.cb = sizeof start;
  start.dwFlags = STARTF_USESTDHANDLES;
  start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION started{};
  if (CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, flags, nullptr, nullptr, &start, &started) == 0) {
    std::fprintf(stderr, "stoppable: cannot start %ls: error %lu\n", line.c_str(), GetLastError());
    return 127;
  }
  if (obeyed != nullptr) std::thread(obeyed, started.hProcess).detach();
  WaitForSingleObject(started.hProcess, INFINITE);
  DWORD code = 0;
  GetExitCodeProcess(started.hProcess, &code);
  return static_cast<int>(code);
}

}  // namespace

// Ctrl-Break reaches who shares a console with its sender, and a test may have none: this program runs itself once more with
// a console that shows no window.
int main() {
  constexpr wchar_t kInside[] = L"SLUICE_STOPPABLE_INSIDE";
  int code = 0;
  if (GetEnvironmentVariableW(kInside, nullptr, 0) == 0) {
    SetEnvironmentVariableW(kInside, L"1");
    code = run(GetCommandLineW(), CREATE_NO_WINDOW, nullptr);
  } else {
    SetEnvironmentVariableW(kInside, nullptr);
    SetConsoleCtrlHandler(ignore, TRUE);
    code = run(argumentsOf(GetCommandLineW()), 0, obey);
  }
  ExitProcess(static_cast<UINT>(code));  // another thread may still read
}
