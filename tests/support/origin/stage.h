// What all connections of one origin share: whether it is stopping, the gates at which event streams wait for their
// reader, and counters. Any thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace sluice::test {

class Stage {
 public:
  // Waits; false when the origin stops meanwhile.
  bool pause(std::chrono::microseconds time);
  void stop();

  // A gate counts how many events its reader has acknowledged. Waits for `count`; false when the origin stops
  // meanwhile.
  bool waitAtGate(const std::string& gate, std::uint64_t count);
  void openGate(const std::string& gate);

  // When the events of a stream were handed to the system: microseconds of the monotonic clock.
  void noteSent(const std::string& stream, std::int64_t monotonicUs);
  std::vector<std::int64_t> sent(const std::string& stream);

  std::atomic<std::uint64_t> connections = 0;
  std::atomic<std::uint64_t> requests = 0;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::map<std::string, std::uint64_t> gates_;
  std::map<std::string, std::vector<std::int64_t>> sent_;
};

std::int64_t monotonicUs();

}  // namespace sluice::test
