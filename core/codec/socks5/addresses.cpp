#include "core/codec/socks5/addresses.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice::socks5 {
namespace {

constexpr std::size_t kGroups = 8;

struct Run {
  std::size_t begin = 0;
  std::size_t length = 0;
};

Run longestRunOfZeroes(const std::array<unsigned, kGroups>& groups) {
  Run longest;
  for (std::size_t begin = 0; begin < kGroups; ++begin) {
    const auto end = std::find_if(groups.begin() + std::ptrdiff_t(begin), groups.end(), [](unsigned g) { return g != 0; });
    const auto length = static_cast<std::size_t>(end - groups.begin()) - begin;
    if (length > longest.length) longest = {begin, length};
  }
  return longest.length >= 2 ? longest : Run{};  // RFC 5952 section 4.2.2: a single zero is written
}

std::string hex(unsigned group) {
  std::string text;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = group >> shift & 0xf;
    if (digit != 0 || !text.empty() || shift == 0) text.push_back("0123456789abcdef"[digit]);
  }
  return text;
}

}  // namespace

std::string ipv4Text(std::string_view fourBytes) {
  std::string text;
  for (const char byte : fourBytes) text.append(text.empty() ? "" : ".").append(std::to_string(std::uint8_t(byte)));
  return text;
}

std::string ipv6Text(std::string_view sixteenBytes) {
  std::array<unsigned, kGroups> groups{};
  for (std::size_t i = 0; i < kGroups; ++i) {
    groups[i] = unsigned(std::uint8_t(sixteenBytes[2 * i])) << 8 | std::uint8_t(sixteenBytes[2 * i + 1]);
  }
  const Run zeroes = longestRunOfZeroes(groups);
  std::string text;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (zeroes.length > 0 && i == zeroes.begin) {
      text += "::";
      i += zeroes.length - 1;
      continue;
    }
    if (!text.empty() && text.back() != ':') text += ':';
    text += hex(groups[i]);
  }
  return text;
}

bool isHostName(std::string_view text) {
  constexpr std::string_view kNever = "/\\@[]?#\"<>";
  return !text.empty() && std::none_of(text.begin(), text.end(), [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= ' ' || byte == 0x7f || kNever.find(c) != std::string_view::npos;
  });
}

}  // namespace sluice::socks5
