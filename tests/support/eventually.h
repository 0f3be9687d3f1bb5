// Waiting for what happens on another thread: tries again and again, and gives up at a deadline that only a broken
// program reaches. Any thread.
#pragma once

#include <chrono>
#include <thread>

namespace sluice::test {

inline constexpr auto kEventually = std::chrono::seconds(20);

template <class Condition>
bool eventually(Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + kEventually;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace sluice::test
