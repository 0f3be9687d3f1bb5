// Ctrl-Break for one process, whichever console it has. Any thread.
#pragma once

#include <windows.h>

namespace sluice::test {

// As the system itself does it: a thread in the process calls its handlers. GenerateConsoleCtrlEvent() reaches only who shares
// a console with its caller, and Wine 8 refuses it for Ctrl-Break (error 6). The routine stands at the same place everywhere,
// since a library of the system does until the next start of it.
inline bool sendCtrlBreak(HANDLE process) {
  const HMODULE library = GetModuleHandleW(L"kernelbase.dll");
  const FARPROC routine = library == nullptr ? nullptr : GetProcAddress(library, "CtrlRoutine");
  if (routine == nullptr) return false;
  LPTHREAD_START_ROUTINE start = nullptr;
  static_assert(sizeof start == sizeof routine);
  CopyMemory(&start, &routine, sizeof start);
  void* const event = reinterpret_cast<void*>(static_cast<UINT_PTR>(CTRL_BREAK_EVENT));
  const HANDLE thread = CreateRemoteThread(process, nullptr, 0, start, event, 0, nullptr);
  if (thread == nullptr) return false;
  CloseHandle(thread);
  return true;
}

}  // namespace sluice::test
