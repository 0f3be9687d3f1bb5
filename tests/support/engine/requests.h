// What connections are asked for in tests of the engine: heads of a known size, and timeouts that a failing test survives.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include "core/engine/settings.h"

namespace sluice::test {

inline std::string getOf(const std::string& url, const std::string& moreFields = "") {
  return "GET " + url + " HTTP/1.1\r\nHost: x\r\n" + moreFields + "\r\n";
}

// A request head of exactly so many bytes.
inline std::string headOf(std::size_t bytes, const std::string& start) {
  const std::string head = start + "Host: x\r\nX-Pad: ";
  return head + std::string(bytes - head.size() - 4, 'p') + "\r\n\r\n";
}

inline engine::Timeouts patient() {
  engine::Timeouts timeouts;
  timeouts.drain = std::chrono::milliseconds(200);  // so that a failing test ends soon
  return timeouts;
}

}  // namespace sluice::test
