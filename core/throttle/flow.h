// One direction of one connection under a profile: what waits there to be sent, when it may, and how long it was held back.
// Stands between a shared bucket, a cap of its own and a delay line. One loop's thread; what it shares lies in the bucket.
#pragma once

#include <cstdint>
#include <optional>

#include "core/pipe/limiter.h"
#include "core/throttle/bucket.h"
#include "core/throttle/delay_line.h"
#include "core/throttle/profile.h"

namespace sluice::throttle {

class Flow final : public pipe::Limiter {
 public:
  // `shared` outlives the flow. Any seed will do; equal ones stumble alike.
  Flow(const Bucket& shared, std::uint64_t seed);
  ~Flow() override;
  Flow(const Flow&) = delete;
  Flow& operator=(const Flow&) = delete;

  // From now on it shares this bucket, with what waits already; it outlives the flow, or another move.
  void moveTo(const Bucket& shared);
  // Acts on what waits already: rates at once, delays on what comes from now on. The shared bucket has its own rate.
  void setProfile(const Lane& lane, const Profile& profile, MonoTime now);
  // What comes next is later by this, and all behind it.
  void delayNext(Micros time) { extraDelay_ += time; }
  // Bytes that the stream added to what passed (TLS records): they count as well.
  void added(std::size_t bytes, MonoTime now);

  void queued(std::size_t bytes, MonoTime now) override;
  void dropped() override;
  std::size_t allowance(MonoTime now) override;
  void consumed(std::size_t bytes, MonoTime now) override;
  MonoTime nextAt(MonoTime now) override;

  // Evenly spread, from the flow's own seed.
  std::uint32_t random();

  std::uint64_t waiting() const { return queued_ - passed_; }
  // In all, since the beginning: how long something waited here for nothing but this.
  Micros heldBack(MonoTime now) const;

 private:
  struct Share {
    Bucket bucket;
    Bucket::Portion portion;
  };

  bool ready(Share& share, MonoTime now, Micros turn);
  void join();
  void leave();

  // As the profile says.
  double lossPercent_ = 0;
  Micros roundTrip_{0};
  bool closed_ = false;  // all is lost

  BucketState ownState_{};
  Share shared_;
  Share own_;
  DelayLine delay_;
  Micros extraDelay_{0};
  std::uint64_t random_;

  std::uint64_t queued_ = 0;
  std::uint64_t passed_ = 0;  // or dropped
  bool sharing_ = false;
  Micros heldBack_{0};
  std::optional<MonoTime> heldSince_;
};

}  // namespace sluice::throttle
