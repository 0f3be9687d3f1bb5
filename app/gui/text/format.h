// Numbers as people read them: sizes, rates, durations, times of day. In the user's locale. GUI thread.
#pragma once

#include <QString>
#include <cstdint>

#include "core/base/time.h"

namespace sluice::gui {

// "0 B", "532 B", "12.4 KB", "1.30 MB": decimal units, three significant digits.
QString formatBytes(std::uint64_t bytes);
// "12.4 KB/s"
QString formatRate(std::uint64_t bytesPerSecond);
// "312 µs", "4.21 ms", "184 ms", "1.24 s", "2 min 05 s", "1 h 02 min"
QString formatDuration(std::int64_t micros);
// "14:03:22.184", local time
QString formatTimeOfDay(WallTime at);
// "2024-05-17 14:03:22.184", local time
QString formatDateTime(WallTime at);
// "1,048,576"
QString formatCount(std::uint64_t count);

}  // namespace sluice::gui
