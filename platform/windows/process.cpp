#include "platform/process.h"

#include <windows.h>

#include <tlhelp32.h>

namespace sluice::platform {

std::uint64_t ownProcessId() { return GetCurrentProcessId(); }

// The system keeps no tree of processes: the number may be of one that is gone.
std::uint64_t parentProcessId() {
  const HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPPROCESS, 0);
  if (all == INVALID_HANDLE_VALUE) return 0;
  std::uint64_t parent = 0;
  PROCESSENTRY32W each{};
  each.dwSize = sizeof each;
  for (BOOL more = Process32FirstW(all, &each); more != 0 && parent == 0; more = Process32NextW(all, &each)) {
    if (each.th32ProcessID == GetCurrentProcessId()) parent = each.th32ParentProcessID;
  }
  CloseHandle(all);
  return parent;
}

void ignoreStopSignals() {
  SetConsoleCtrlHandler([](DWORD event) -> BOOL { return event == CTRL_C_EVENT || event == CTRL_BREAK_EVENT; }, TRUE);
}

// A peer that went away is an error of the call here, and handles have no limit worth raising.
void prepareServerProcess() {}

}  // namespace sluice::platform
