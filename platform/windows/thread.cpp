#include "platform/thread.h"

#include <windows.h>

#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

// Since Windows 10 1607; not every SDK declares it.
void nameThread(const char* name) {
  using SetDescription = HRESULT(WINAPI*)(HANDLE, PCWSTR);
  const auto found = GetProcAddress(GetModuleHandleW(L"kernel32.dll"), "SetThreadDescription");
  const auto set = reinterpret_cast<SetDescription>(reinterpret_cast<void*>(found));
  if (set != nullptr) (void)set(GetCurrentThread(), widen(name).c_str());
}

}  // namespace

void beginThread(const char* name, Urgency urgency) {
  if (name != nullptr) nameThread(name);
  if (urgency == Urgency::Background) (void)SetThreadPriority(GetCurrentThread(), THREAD_PRIORITY_LOWEST);
}

}  // namespace sluice::platform
