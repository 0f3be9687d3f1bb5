// Random lives of flows that share a bucket, on a clock that jumps: --count=N of them from --seed=N on. Each wakes when it asked to
// be woken, or some milliseconds later, as on a busy machine; what there is to send comes and goes.
//
// Invariant 9 of the event pipe: over any window of 1 s or more the bytes passed are within 1 % of rate x window + burst. The burst
// is what a late wake-up may catch up on, and the portion that each has in hand.
#include <algorithm>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/base/limits.h"
#include "core/throttle/flow.h"
#include "tests/support/pipe/choices.h"
#include "tests/support/test.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::throttle;

namespace {

constexpr MonoTime kStart{std::chrono::seconds(500)};
constexpr Micros kSecond = std::chrono::seconds(1);

struct Passed {
  MonoTime at;
  std::uint64_t total;  // up to and with this
};

class Schedule {
 public:
  explicit Schedule(Choices& choices) : choices_(choices) {
    static constexpr std::uint64_t kRates[] = {8'000, 50'000, 200'000, 1'500'000, 50'000'000, 500'000'000};
    rate_ = kRates[choices_.below(std::size(kRates))];
    greedy_ = choices_.chance(50);
    latenessMax_ = Micros(choices_.below(15'000));
    setter_.setRate({rate_}, kStart);
    Profile profile;
    if (choices_.chance(30)) profile.down.delay = Micros(choices_.below(300'000));
    if (choices_.chance(30)) profile.down.jitter = Micros(choices_.below(20'000));
    const std::size_t count = choices_.between(1, 16);
    for (std::size_t i = 0; i < count; ++i) {
      buckets_.push_back(std::make_unique<Bucket>(state_, i % 2));
      auto& runner = runners_.emplace_back();
      runner.flow = std::make_unique<Flow>(*buckets_.back(), i + 1);
      runner.flow->setProfile(profile.down, profile, kStart);
      runner.wakeAt = kStart;
    }
  }

  std::string run() {
    const MonoTime end = kStart + std::chrono::seconds(6);
    while (true) {
      auto next = std::min_element(runners_.begin(), runners_.end(), [](auto& a, auto& b) { return a.wakeAt < b.wakeAt; });
      if (next->wakeAt >= end) break;
      if (auto fault = wake(*next, next->wakeAt); !fault.empty()) return fault;
    }
    if (auto fault = checkMost(); !fault.empty()) return fault;
    return greedy_ ? checkLeast() + checkShares() : "";
  }

 private:
  struct Runner {
    std::unique_ptr<Flow> flow;
    MonoTime wakeAt;
    std::uint64_t sent = 0;
    std::uint64_t sentAtThree = 0;  // seconds
  };

  std::string wake(Runner& runner, MonoTime now) {
    auto& flow = *runner.flow;
    // A greedy one always has more to send than a portion.
    const std::uint64_t plenty = std::max<std::uint64_t>(4096, rate_ / 2);
    if (greedy_ && flow.waiting() < plenty) flow.queued(plenty, now);
    if (!greedy_ && choices_.chance(30)) flow.queued(choices_.between(1, std::max<std::uint64_t>(2, rate_ / 20)), now);
    if (choices_.chance(1) && !greedy_) flow.dropped();
    for (int calls = 0; flow.waiting() > 0; ++calls) {
      if (calls > 10'000) return "spins";
      auto allowed = std::min<std::uint64_t>(flow.allowance(now), flow.waiting());
      if (allowed == 0) break;
      if (!greedy_ && choices_.chance(20)) allowed = choices_.between(1, allowed);  // the stream took only this
      flow.consumed(static_cast<std::size_t>(allowed), now);
      runner.sent += allowed;
      total_ += allowed;
      passed_.push_back({now, total_});
      if (greedy_ && flow.waiting() < plenty) flow.queued(plenty, now);
      if (!greedy_ && choices_.chance(5)) break;  // its socket is full
    }
    if (now <= kStart + std::chrono::seconds(3)) runner.sentAtThree = runner.sent;
    MonoTime at = now + Micros(choices_.between(1, 20'000));
    if (flow.waiting() > 0 && flow.allowance(now) == 0) at = flow.nextAt(now);
    if (at <= now) return "a wake-up that is not later";
    runner.wakeAt = at + Micros(latenessMax_.count() > 0 ? static_cast<std::int64_t>(choices_.below(
                                                               static_cast<std::uint64_t>(latenessMax_.count())))
                                                         : 0);
    return {};
  }

  double burst() const {
    const double portions = static_cast<double>(limits::kPortionBytesMin * runners_.size());
    const double seconds = static_cast<double>(2 * limits::kBucketBurstMicros + limits::kPortionMicros) / 1e6;
    return static_cast<double>(rate_) * seconds + portions;
  }

  // Each window from one passage to another, a second later or more.
  std::string checkMost() const {
    std::size_t last = 0;
    for (std::size_t first = 0; first < passed_.size(); ++first) {
      while (last < passed_.size() && passed_[last].at <= passed_[first].at + kSecond) ++last;
      const auto before = passed_[first].total;
      const auto bytes = static_cast<double>(passed_[last - 1].total - before);
      if (bytes > 1.01 * static_cast<double>(rate_) + burst()) return say("too much in a second: ", bytes);
    }
    return {};
  }

  std::string checkLeast() const {
    // From where the delay line is full on.
    std::size_t last = 0;
    for (std::size_t first = 0; first < passed_.size(); ++first) {
      if (passed_[first].at < kStart + std::chrono::milliseconds(400)) continue;
      if (passed_[first].at > kStart + std::chrono::seconds(4)) break;
      while (last + 1 < passed_.size() && passed_[last].at <= passed_[first].at + kSecond) ++last;
      const auto bytes = static_cast<double>(passed_[last].total - passed_[first].total);
      if (bytes < 0.99 * static_cast<double>(rate_) - burst()) return say("too little in a second: ", bytes);
    }
    return {};
  }

  // Within 20 % of fair over the last three seconds, or within two portions where those are all there is.
  std::string checkShares() const {
    double all = 0;
    for (const auto& each : runners_) all += static_cast<double>(each.sent - each.sentAtThree);
    const double fair = all / static_cast<double>(runners_.size());
    const double slack = std::max(0.2 * fair, 2.0 * static_cast<double>(limits::kPortionBytesMin));
    for (const auto& each : runners_) {
      const auto own = static_cast<double>(each.sent - each.sentAtThree);
      if (std::abs(own - fair) > slack + 0.02 * static_cast<double>(rate_)) return say("an unfair share: ", own);
    }
    return {};
  }

  std::string say(const std::string& what, double bytes) const {
    return what + std::to_string(bytes) + " at " + std::to_string(rate_) + " B/s, " + std::to_string(runners_.size()) +
           " flows, late by " + std::to_string(latenessMax_.count()) + " us";
  }

  Choices& choices_;
  BucketState state_{};
  Bucket setter_{state_};
  std::uint64_t rate_ = 0;
  bool greedy_ = false;
  Micros latenessMax_{0};
  std::vector<std::unique_ptr<Bucket>> buckets_;
  std::vector<Runner> runners_;
  std::vector<Passed> passed_;
  std::uint64_t total_ = 0;
};

}  // namespace

SLUICE_TEST(everyWindowIsTrueToTheRate) {
  const std::uint64_t first = std::stoull(option("seed", "1"));
  const std::uint64_t count = std::stoull(option("count", "1000"));
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Choices choices(seed);
    Schedule schedule(choices);
    const std::string fault = schedule.run();
    QVERIFY2(fault.empty(), ("--seed=" + std::to_string(seed) + ": " + fault).c_str());
  }
}
