#include "tests/unit/support/stop_requests.h"

#include <windows.h>

void heedStopRequests() {
  SetConsoleCtrlHandler([](DWORD) -> BOOL { ExitProcess(128 + 15); }, TRUE);
}
