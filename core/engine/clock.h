// The one place that reads the clocks. Whoever owns a loop reads once a turn and hands the time down. Any thread.
#pragma once

#include "core/base/time.h"

namespace sluice::engine {

Now readClocks();

}  // namespace sluice::engine
