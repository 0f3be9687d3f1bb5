#include "core/store/indexing_pace.h"

#include <algorithm>

namespace sluice::store {
namespace {

constexpr auto kCountFor = std::chrono::milliseconds(250);
constexpr std::uint64_t kBurst = 500;          // exchanges in that time: a load test, and no browser
constexpr std::uint64_t kBehindMax = 100'000;  // exchanges: a tenth of a second of a search
constexpr auto kPauseMin = std::chrono::milliseconds(5);
constexpr int kPauseInBurst = 9;               // times the step

}  // namespace

void IndexingPace::count(std::uint64_t exchanges, Clock::time_point now) {
  const auto gaps = (now - countedAt_) / kCountFor;
  if (gaps < 1) return;
  burst_ = exchanges > counted_ && exchanges - counted_ > kBurst * static_cast<std::uint64_t>(gaps);
  countedAt_ = now;
  counted_ = exchanges;
}

bool IndexingPace::waits(const RecorderLoad& load, Clock::time_point now) {
  count(load.exchanges, now);
  return load.lags || (burst_ && load.exchanges < upTo_ + kBehindMax);
}

IndexingPace::Clock::duration IndexingPace::pauseAfter(Clock::duration step) const {
  return std::max<Clock::duration>(kPauseMin, step * (burst_ ? kPauseInBurst : 1));
}

}  // namespace sluice::store
