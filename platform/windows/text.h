// Text as Windows has it. Private to the files for Windows. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace sluice::platform {

// UTF-8 to UTF-16 and back; what is malformed becomes U+FFFD.
std::wstring widen(std::string_view text);
std::string narrow(std::wstring_view text);

}  // namespace sluice::platform
