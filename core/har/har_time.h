// Times as HAR writes them (ISO 8601) and the durations of an exchange's parts. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "core/capture/records.h"

namespace sluice::har {

// 2026-11-21T10:15:00.123456Z
std::string isoTime(WallTime time);
// Any offset, a comma for the point, a space for the T, up to nine decimals; without an offset UTC.
std::optional<WallTime> fromIsoTime(std::string_view text);

// Microseconds; -1: not known, or it does not apply.
struct Timings {
  std::int64_t dns = -1;
  std::int64_t connect = -1;
  std::int64_t send = -1;
  std::int64_t wait = -1;
  std::int64_t receive = -1;
};

// A phase that ended before the one before it took no time.
Timings timingsOf(const capture::Phases& phases);
capture::Phases phasesOf(const Timings& timings);
// Their sum, as HAR defines an entry's time.
std::int64_t total(const Timings& timings);

// Milliseconds with as many decimals as it takes: "12.5"; "-1" when not known.
std::string milliseconds(std::int64_t microseconds);

}  // namespace sluice::har
