#include "core/store/full_disk.h"

#include <system_error>

namespace sluice::store {
namespace {

constexpr int kTries = 5;                            // to write bodies for which there seems to be room
constexpr std::uint64_t kRoomForRows = 1024 * 1024;  // a batch of them, with what they cost in the log

}  // namespace

// Where what is free cannot be told, trying tells.
bool FullDisk::hasRoomFor(std::uint64_t bytes) const {
  std::error_code error;
  const auto space = std::filesystem::space(dataDir_, error);
  return error || (space.available >= kRoomForRows && space.available - kRoomForRows >= bytes);
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
