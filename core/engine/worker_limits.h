// What worker processes may hold, each with its reason. Any thread.
#pragma once

#include "core/base/limits.h"
#include "core/throttle/bucket.h"

namespace sluice::limits {

inline constexpr std::size_t kWorkersMax = throttle::BucketState::kProcessesMax;  // more than a desktop has cores
inline constexpr std::size_t kWorkerSegmentsMax = 2;  // 20 MiB of a worker's captured bodies on their way: 20 ms at 1 GB/s
inline constexpr std::size_t kWorkerBacklogBytesMax = 8 * kMiB;     // beyond its chunks; above, bodies lose
inline constexpr std::size_t kWorkerPendingBytesMax = 64 * kMiB;    // heads and rows kept for a recorder that waits for its disk
inline constexpr std::size_t kWorkerSettingsPieceBytes = 8 * kKiB;  // below kPortMessageBytes with its header: one fragment

}  // namespace sluice::limits
