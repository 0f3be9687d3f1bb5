// stoppable PROGRAM [ARGUMENTS]: runs a Windows program and lets a parent that knows no consoles stop it. A line on standard
// input is Ctrl-Break for the program; the end of standard input kills it. Ends as the program does.
#include <windows.h>

#include <cstdio>
#include <string>
#include <thread>

#include "tests/support/ctrl_break_windows.h"

namespace {

// What follows this program's own name, as it was written.
std::wstring argumentsOf(const wchar_t* line) {
  const wchar_t end = *line == L'"' ? L'"' : L' ';
  do ++line;
  while (*line != L'\0' && *line != end);
  while (*line == end || *line == L' ') ++line;
  return line;
}

void obey(HANDLE program) {
  const HANDLE input = GetStdHandle(STD_INPUT_HANDLE);
  char byte = 0;
  for (DWORD count = 0; ReadFile(input, &byte, 1, &count, nullptr) != 0 && count == 1;) {
    if (byte != '\n' || sluice::test::sendCtrlBreak(program)) continue;
    std::fprintf(stderr, "stoppable: no Ctrl-Break: error %lu\n", GetLastError());
  }
  TerminateProcess(program, 137);
}

// Wine now and then fails to start a program for reasons of its own: error 1359 (ERROR_INTERNAL_ERROR). The next try succeeds.
bool create(std::wstring& line, STARTUPINFOW& start, PROCESS_INFORMATION& started) {
  constexpr int kTries = 5;
  // A console that shows no window: a program without any has no handlers that Ctrl-Break could call.
  const auto once = [&] {
    return CreateProcessW(nullptr, line.data(), nullptr, nullptr, TRUE, CREATE_NO_WINDOW, nullptr, nullptr, &start, &started) != 0;
  };
  for (int left = kTries; left > 1; --left) {
    if (once()) return true;
    if (GetLastError() != ERROR_INTERNAL_ERROR) return false;
    Sleep(200);
  }
  return once();
}

// Ends as the program does.
int run(std::wstring line) {
  STARTUPINFOW start{};
  start.cb = sizeof start;
  start.dwFlags = STARTF_USESTDHANDLES;
  start.hStdInput = GetStdHandle(STD_INPUT_HANDLE);
  start.hStdOutput = GetStdHandle(STD_OUTPUT_HANDLE);
  start.hStdError = GetStdHandle(STD_ERROR_HANDLE);
  PROCESS_INFORMATION started{};
  if (!create(line, start, started)) {
    std::fprintf(stderr, "stoppable: cannot start %ls: error %lu\n", line.c_str(), GetLastError());
    return 127;
  }
  std::thread(obey, started.hProcess).detach();
  WaitForSingleObject(started.hProcess, INFINITE);
  DWORD code = 0;
  GetExitCodeProcess(started.hProcess, &code);
  return static_cast<int>(code);
}

}  // namespace

int main() {
  ExitProcess(static_cast<UINT>(run(argumentsOf(GetCommandLineW()))));  // another thread may still read
}
