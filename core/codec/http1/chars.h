// Which bytes may stand where in an HTTP/1 head, as one table (RFC 9110 section 5.6, RFC 3986). Any thread.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::http1 {

enum CharClass : std::uint8_t {
  kToken = 1,         // RFC 9110 tchar: methods, field names, list tokens
  kFieldContent = 2,  // VCHAR, obs-text, SP and HTAB: inside field values and reason phrases
  kTargetChar = 4,    // VCHAR and obs-text: inside a request target (raw UTF-8 in paths is odd, not wrong)
  kDigit = 8,
  kHostChar = 16,  // RFC 3986 unreserved and sub-delims: a registered name without percent-encoding
  kHexDigit = 32,
};

namespace detail {
constexpr std::array<std::uint8_t, 256> makeCharTable() {
  std::array<std::uint8_t, 256> table{};
  const auto add = [&table](std::string_view chars, std::uint8_t classes) {
    for (const char c : chars) table[static_cast<unsigned char>(c)] |= classes;
  };
  for (std::size_t c = 0x21; c < 256; ++c) {
    if (c != 0x7f) table[c] |= kFieldContent | kTargetChar;
  }
  add(" \t", kFieldContent);
  add("0123456789", kToken | kDigit | kHostChar | kHexDigit);
  add("abcdefABCDEF", kHexDigit);
  add("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", kToken | kHostChar);
  add("!#$%&'*+-.^_`|~", kToken);
  add("-._~!$&'()*+,;=", kHostChar);
  return table;
}
inline constexpr std::array<std::uint8_t, 256> kCharTable = makeCharTable();
}  // namespace detail

inline bool is(CharClass wanted, char c) { return (detail::kCharTable[static_cast<unsigned char>(c)] & wanted) != 0; }

// Index of the first byte at or after `from` that is not of the class; text.size() when all are.
inline std::size_t skip(CharClass wanted, std::string_view text, std::size_t from = 0) {
  while (from < text.size() && is(wanted, text[from])) ++from;
  return from;
}

inline char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// ASCII letters compare without case; every other byte must be the same.
inline bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// Without the spaces and tabs at both ends (RFC 9110 OWS).
inline std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

}  // namespace sluice::http1
