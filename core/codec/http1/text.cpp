#include "core/codec/http1/text.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace sluice::http1 {
namespace {

constexpr std::size_t kQuotedBytesMax = 64;
constexpr std::uint64_t kOnes = 0x0101010101010101u;
constexpr std::uint64_t kHighs = 0x8080808080808080u;

bool isControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

void appendEscaped(std::string& out, char byte) { out.append("\\x").append(hexByte(byte), 2, 2); }

// Length of the UTF-8 character that begins the text; 0 when it is none (RFC 3629: no overlong forms, no surrogates).
std::size_t utf8Length(std::string_view text) {
  const auto at = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = at(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((at(i) & 0xc0) != 0x80) return 0;
  }
  const unsigned second = at(1);
  const bool outside = (lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f) ||
                       (lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f);
  const bool isC1Control = lead == 0xc2 && second < 0xa0;
  return outside || isC1Control ? 0 : length;
}

}  // namespace

std::string hexByte(char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  return {'0', 'x', kDigits[value >> 4], kDigits[value & 15]};
}

std::string inQuotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, kQuotedBytesMax)) {
    if (c >= 0x20 && c < 0x7f) {
      out.push_back(c);
    } else {
      appendEscaped(out, c);
    }
  }
  if (text.size() > kQuotedBytesMax) out.append("...");
  out.push_back('"');
  return out;
}

std::string printable(std::string_view text, std::size_t bytesMax) {
  std::string out;
  while (!text.empty() && out.size() < bytesMax) {
    const std::size_t length = isControl(text.front()) ? 0 : utf8Length(text);
    if (length == 0) {
      appendEscaped(out, text.front());
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  if (!text.empty()) out.append("...");
  return out;
}

std::size_t findControl(std::string_view text) {
  std::size_t i = 0;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    const std::uint64_t deletes = word ^ (kOnes * 0x7f);
    // Bits set where a byte is below 0x20 or equals 0x7f; a borrow can set more above a true one, never hide one.
    const std::uint64_t suspects = ((word - kOnes * 0x20) & ~word & kHighs) | ((deletes - kOnes) & ~deletes & kHighs);
    if (suspects == 0) continue;
    for (std::size_t k = i; k < i + 8; ++k) {
      if (isControl(text[k])) return k;
    }
  }
  while (i < text.size() && !isControl(text[i])) ++i;
  return i;
}

}  // namespace sluice::http1
