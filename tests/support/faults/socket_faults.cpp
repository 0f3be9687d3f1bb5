#include "tests/support/faults/socket_faults.h"

namespace sluice::test {
namespace {
constexpr std::uint64_t kRowMax = 5;  // calls in a row that would block
}

bool SocketFaults::counts(bool matches) { return matches && ++counted_ == plan_.failing; }

// SplitMix64: each call in turn, whichever thread makes it.
std::uint64_t SocketFaults::random() {
  std::uint64_t value = random_ += 0x9e3779b97f4a7c15;
  value = (value ^ (value >> 30)) * 0xbf58476d1ce4e5b9;
  value = (value ^ (value >> 27)) * 0x94d049bb133111eb;
  return value ^ (value >> 31);
}

SocketFaults::Verdict SocketFaults::before(bool receives) {
  Verdict verdict;
  if (counts(plan_.failure == Failure::Reset || (plan_.failure == Failure::End && receives))) {
    verdict.fails = plan_.failure;
    return verdict;
  }
  if (blocked_ == 0 && random() % 100 < static_cast<std::uint64_t>(plan_.blockedInHundred)) {
    blocked_ = 1 + static_cast<int>(random() % kRowMax);
  }
  if (blocked_ > 0) {
    --blocked_;
    verdict.blocks = true;
  } else if (random() % 100 < static_cast<std::uint64_t>(plan_.shortInHundred)) {
    constexpr std::size_t kFew[] = {1, 1, 2, 7, 100, 5000};
    verdict.bytesMax = kFew[random() % std::size(kFew)];
  } else {
    return verdict;
  }
  ++disturbed_;
  return verdict;
}

SocketFaults::Verdict SocketFaults::beforeReceive() { return before(true); }
SocketFaults::Verdict SocketFaults::beforeSend() { return before(false); }
bool SocketFaults::refuses() { return counts(plan_.failure == Failure::Refusal); }

}  // namespace sluice::test
