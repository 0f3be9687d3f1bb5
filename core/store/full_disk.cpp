#include "core/store/full_disk.h"

#include "core/store/file_names.h"

namespace sluice::store {
namespace {

constexpr int kTries = 5;                            // to write bodies for which there seems to be room
constexpr auto kOpenAgainAfter = std::chrono::minutes(1);
constexpr std::uint64_t kRoomForRows = 1024 * 1024;  // a batch of them, with what they cost in the log

}  // namespace

// Where what is free cannot be told, trying tells.
bool FullDisk::hasRoomFor(std::uint64_t bytes) const {
  const auto room = freeBytes(dataDir_);
  return !room || (*room >= kRoomForRows && *room - kRoomForRows >= bytes);
}

// Before, not after: what becomes free meanwhile is more than was tried with.
void FullDisk::noteOpening() { freeAtOpening_ = freeBytes(dataDir_).value_or(0); }

void FullDisk::noteNoRoomToOpen(Time now) { openAt_ = now + kOpenAgainAfter; }

// Not all that is free need be ours to take, nor all that we miss be missing there.
bool FullDisk::mayOpen(Time now) const {
  if (now >= openAt_) return true;
  const auto room = freeBytes(dataDir_);
  return !room || *room > freeAtOpening_;
}

// Not all that is free need be ours to take.
bool FullDisk::mustGiveUp(std::uint64_t bodyBytes) const {
  return bodyBytes > 0 && (timesFull_ >= kTries || !hasRoomFor(bodyBytes));
}

bool FullDisk::hasPassed(Time now) {
  if (now < cutUntil_) return false;
  if (cutting() && !hasRoomFor(0)) {
    cut(now);
    return false;
  }
  cutUntil_ = {};
  timesFull_ = 0;
  return true;
}

}  // namespace sluice::store
