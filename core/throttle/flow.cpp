#include "core/throttle/flow.h"

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/throttle/loss.h"

namespace sluice::throttle {

namespace {

// A turn under a connection's own cap: longer than that of a shared rate, and still no second is 5 % off. Of a crowd with a cap each
// nobody looks at one alone, and half as many turns cost half as much.
constexpr Micros kOwnTurn(40'000);
constexpr Micros kOwnTurnInCrowd(80'000);
constexpr std::uint32_t kCrowd = 64;
// Who waits for a while waits for a whole multiple of this, so that many wake together: one wake-up of the loop serves them all. What
// a late one lost it has at once then (Bucket::buy).
constexpr Micros kWakeGrid(4'000);

MonoTime onGrid(MonoTime at) {
  const auto past = at.time_since_epoch() % kWakeGrid;
  return past.count() == 0 ? at : at + (kWakeGrid - past);
}

}  // namespace

Flow::Flow(const Bucket& shared, std::uint64_t seed)
    : shared_{shared, {}}, own_{Bucket(ownState_), {}}, random_(seed * 0x9e3779b97f4a7c15ULL | 1) {}

Flow::~Flow() { leave(); }

void Flow::moveTo(const Bucket& shared) {
  if (shared_.bucket == shared) return;
  const bool sharing = sharing_;
  leave();
  shared_.bucket = shared;
  if (sharing) join();
}

void Flow::setProfile(const Lane& lane, const Profile& profile, MonoTime now) {
  lossPercent_ = lane.lossPercent;
  roundTrip_ = profile.roundTrip();
  closed_ = lane.lossPercent >= 100;
  if (own_.bucket.rate() != profile.perConnection) own_.bucket.setRate(profile.perConnection, now);
  delay_.set(lane.delay, lane.jitter);
  if (lane.delay.count() == 0 && lane.jitter.count() == 0) delay_.clear();
}

void Flow::added(std::size_t bytes, MonoTime now) {
  shared_.bucket.charge(bytes, now);
  own_.bucket.charge(bytes, now);
}

void Flow::queued(std::size_t bytes, MonoTime now) {
  if (bytes == 0) return;
  queued_ += bytes;
  const Micros stall = stallOf(bytes, lossPercent_, roundTrip_, random()) + extraDelay_;
  extraDelay_ = Micros(0);
  delay_.arrived(bytes, now, random(), stall);
  if (!sharing_) join();
}

void Flow::dropped() {
  passed_ = queued_;
  delay_.clear();
  heldSince_.reset();
  leave();
}

void Flow::join() {
  sharing_ = true;
  shared_.bucket.join();
  own_.bucket.join();
}

// Whoever has nothing to send stands in nobody's way.
void Flow::leave() {
  if (!sharing_) return;
  sharing_ = false;
  for (Share* share : {&shared_, &own_}) {
    share->bucket.giveBack(share->portion);
    share->portion = {};
    share->bucket.leave();
  }
}

// A portion that nobody took for long is stale: what was not sent then must not be sent on top now.
bool Flow::ready(Share& share, MonoTime now, Micros turn) {
  auto& portion = share.portion;
  const bool stale = now - portion.at > Micros(limits::kBucketBurstMicros);
  if (portion.bytes > 0 && stale) share.bucket.giveBack(portion);
  if (portion.bytes == 0 || stale || !share.bucket.stands(portion)) portion = share.bucket.buy(now, turn);
  return portion.at <= now;
}

std::size_t Flow::allowance(MonoTime now) {
  if (waiting() == 0) return std::numeric_limits<std::size_t>::max();  // let it come: it waits here
  std::size_t allowed = 0;
  if (!closed_) {
    const std::uint64_t due = delay_.released(now);
    const Micros ownTurn = shared_.bucket.sharers() < kCrowd ? kOwnTurn : kOwnTurnInCrowd;
    if (due > passed_ && ready(shared_, now, Micros(limits::kPortionMicros)) && ready(own_, now, ownTurn)) {
      allowed = static_cast<std::size_t>(
          std::min<std::uint64_t>(due - passed_, std::min(shared_.portion.bytes, own_.portion.bytes)));
    }
  }
  if (allowed == 0 && !heldSince_) heldSince_ = now;
  return allowed;
}

void Flow::consumed(std::size_t bytes, MonoTime now) {
  if (heldSince_) {
    heldBack_ += now - *heldSince_;
    heldSince_.reset();
  }
  for (Share* share : {&shared_, &own_}) {
    SLUICE_ASSERT(bytes <= share->portion.bytes);
    share->portion.bytes -= bytes;
  }
  passed_ += bytes;
  SLUICE_ASSERT(passed_ <= queued_);
  if (waiting() == 0) leave();
}

MonoTime Flow::nextAt(MonoTime now) {
  if (closed_) return now + std::chrono::hours(1);  // until the profile changes
  MonoTime at = now + Micros(1);
  if (delay_.released(now) <= passed_) {
    if (const auto due = delay_.nextAt()) at = std::max(at, *due);
    return at;
  }
  for (const Share* share : {&shared_, &own_}) {
    if (share->portion.bytes > 0 && share->bucket.stands(share->portion)) at = std::max(at, share->portion.at);
  }
  return at - now > 2 * kWakeGrid ? onGrid(at) : at;
}

Micros Flow::heldBack(MonoTime now) const { return heldSince_ ? heldBack_ + (now - *heldSince_) : heldBack_; }

std::uint32_t Flow::random() {
  // xorshift64*: even enough, and the same for the same seed.
  random_ ^= random_ >> 12;
  random_ ^= random_ << 25;
  random_ ^= random_ >> 27;
  return static_cast<std::uint32_t>((random_ * 0x2545f4914f6cdd1dULL) >> 32);
}

}  // namespace sluice::throttle
