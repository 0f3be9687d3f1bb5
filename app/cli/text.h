// Bytes from traffic as text that is safe to show. A control character, a character that reorders text, and a byte that
// is no UTF-8 never reach a terminal as themselves. Any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace sluice::cli {

// The length of the UTF-8 character at the front of `text`; 0 when there is none (RFC 3629: no overlong forms, no
// surrogates, nothing above U+10FFFF).
std::size_t utf8Length(std::string_view text);

// `text` on one line: \n, \t, \r, \x1b for controls, \xe9 for bytes that are no UTF-8, \u202e for what reorders text.
std::string visibleLine(std::string_view text);
// As visibleLine, but line ends and tabs stay; a CR before a line end goes.
std::string visibleText(std::string_view text);

// Valid UTF-8 that names every byte: when `text` holds bytes that are no UTF-8, these become \xe9 and every backslash is
// doubled. `escaped` tells whether that was necessary.
struct Utf8Text {
  std::string text;
  bool escaped = false;
};
Utf8Text asUtf8(std::string_view text);

// The last name of a path of this or another system: how people call a program.
std::string_view programName(std::string_view path);

std::string grouped(std::uint64_t number);       // 1,000,000
std::string byteCount(std::uint64_t bytes);      // 999 B, 1.5 KB, 12 MB: powers of 1000
std::string rate(std::uint64_t bytesPerSecond);  // 1.6 Mbit/s (200 KB/s)
std::string duration(Micros time);               // 850 us, 12 ms, 3.4 s, 2 min 5 s, 3 h 12 min, 4 d 2 h

std::string isoTime(WallTime time);    // 2025-11-21T10:24:00.123456Z
std::string localTime(WallTime time);  // 2025-11-21 11:24:00, where the user is

}  // namespace sluice::cli
