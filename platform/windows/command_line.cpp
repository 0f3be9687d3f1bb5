#include "platform/command_line.h"

#include <windows.h>

#include <shellapi.h>

#include <memory>

#include "platform/windows/text.h"

namespace sluice::platform {

// main() gets its words in the system's code page, which cannot say every path, and with names of files in the place of * and ?.
CommandLine::CommandLine(int count, char** words) {
  int wideCount = 0;
  const std::unique_ptr<wchar_t*, decltype(&LocalFree)> wide(CommandLineToArgvW(GetCommandLineW(), &wideCount), &LocalFree);
  if (wide == nullptr) {
    texts_.assign(words, words + count);
  } else {
    for (int i = 0; i < wideCount; ++i) texts_.push_back(narrow(wide.get()[i]));
  }
  for (auto& each : texts_) words_.push_back(each.data());
}

}  // namespace sluice::platform
