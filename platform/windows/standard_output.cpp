#include "platform/standard_output.h"

#include <fcntl.h>
#include <io.h>

#include <algorithm>
#include <cstdio>

#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {
HANDLE standardOutput() { return GetStdHandle(STD_OUTPUT_HANDLE); }
}  // namespace

void prepareStandardOutput() {
  _setmode(_fileno(stdout), _O_BINARY);  // no carriage returns where the program wrote none
  if (standardOutputIsTerminal()) SetConsoleOutputCP(CP_UTF8);
}

bool standardOutputIsTerminal() {
  DWORD mode = 0;
  return GetConsoleMode(standardOutput(), &mode) != 0;
}

Result<void> writeStandardOutput(Bytes bytes) {
  constexpr std::size_t kCallMax = 1 << 20;  // consoles refuse much more at once
  while (!bytes.empty()) {
    DWORD written = 0;
    const auto wanted = static_cast<DWORD>(std::min(bytes.size(), kCallMax));
    if (WriteFile(standardOutput(), bytes.data(), wanted, &written, nullptr) == 0) {
      return systemFailure(GetLastError(), "cannot write to standard output");
    }
    bytes = bytes.subspan(written);
  }
  return {};
}

}  // namespace sluice::platform
