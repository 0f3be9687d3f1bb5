#include "platform/process.h"

#include <windows.h>

#include <array>
#include <csignal>

namespace sluice::platform {

std::uint64_t ownProcessId() { return GetCurrentProcessId(); }

std::span<const int> stopSignals() {
  static constexpr std::array<int, 2> kSignals{SIGINT, SIGBREAK};
  return kSignals;
}

bool reuseAddressIsSafe() { return false; }

// A peer that went away is an error of the call here, and handles have no limit worth raising.
void prepareServerProcess() {}

}  // namespace sluice::platform
