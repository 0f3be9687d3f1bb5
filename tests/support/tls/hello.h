// ClientHello messages as real and as odd clients send them. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::test {

inline std::string number(std::size_t value, int octets) {
  std::string text;
  for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8) text.push_back(static_cast<char>(value >> shift));
  return text;
}
inline std::string vectorOf(std::string_view content, int lengthOctets) {
  return number(content.size(), lengthOctets) + std::string(content);
}
inline std::string extension(int type, std::string_view content) { return number(std::size_t(type), 2) + vectorOf(content, 2); }
inline std::string serverName(std::string_view host) { return extension(0, vectorOf(number(0, 1) + vectorOf(host, 2), 2)); }
inline std::string protocols(std::string_view list) { return extension(16, vectorOf(list, 2)); }

// The handshake message, with its type and length. `extensions`: all of them, one after the other.
inline std::string helloMessage(std::string_view extensions) {
  const std::string body = number(0x0303, 2) + std::string(32, 'r') + vectorOf(std::string(32, 's'), 1) +
                           vectorOf(number(0x1301, 2) + number(0xc02f, 2), 2) + vectorOf(number(0, 1), 1) +
                           (extensions.empty() ? std::string() : vectorOf(extensions, 2));
  return number(1, 1) + vectorOf(body, 3);
}

// In records of at most `recordBytes` bytes.
inline std::string inRecords(std::string_view message, std::size_t recordBytes = 16384) {
  std::string bytes;
  for (std::size_t at = 0; at < message.size(); at += recordBytes) {
    bytes += number(22, 1) + number(0x0301, 2) + vectorOf(message.substr(at, recordBytes), 2);
  }
  return bytes;
}

}  // namespace sluice::test
