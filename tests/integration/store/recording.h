// What recording_child records, so that the test can tell whether what it finds is right: everything about an
// exchange follows from its id.
#pragma once

#include <cstdint>
#include <string>

namespace sluice::store::test {

// Mostly small, now and then large enough for a file.
inline std::size_t bodyBytes(std::uint64_t id) {
  const std::uint64_t spread = id * 2654435761u % 100;
  return spread < 5 ? 140'000 + spread * 30'000 : spread < 15 ? 20'000 : spread * 40;
}

inline std::string body(std::uint64_t id) {
  std::string text(bodyBytes(id), '\0');
  std::uint64_t state = id;
  for (char& c : text) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>(state >> 56);
  }
  return text;
}

inline std::string url(std::uint64_t id) { return "http://example.test/" + std::to_string(id); }
inline std::string requestHead(std::uint64_t id) { return "GET " + url(id) + " HTTP/1.1\r\n\r\n"; }

}  // namespace sluice::store::test
