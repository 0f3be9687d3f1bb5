// A speed in bytes a second: as people type it, and as they read it. Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace sluice::throttle {

struct Rate {
  std::uint64_t bytesPerSecond = 0;  // 0: unlimited

  bool isUnlimited() const { return bytesPerSecond == 0; }
  friend bool operator==(const Rate&, const Rate&) = default;
};

inline constexpr Rate kUnlimited{};
inline constexpr Rate kSlowestRate{1'000};            // below it a head takes longer than its own timeout
inline constexpr Rate kFastestRate{10'000'000'000};   // above it no loopback, and no limit is felt

// "64k", "1.5M", "200kbit", "10mbit", "180000", "unlimited". k, M and G are thousands; a "bit" behind them counts bits.
// Errors: BadArgument, with the text and what was expected.
Result<Rate> parseRate(std::string_view text);

// Both ways: "1.6 Mbit/s (200 KB/s)"; "unlimited".
std::string describe(Rate rate);

}  // namespace sluice::throttle
