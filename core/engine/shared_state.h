// What workers share with the supervisor in memory: numbers alone, each in its own word. Any thread of any process.
#pragma once

#include <type_traits>

#include "core/port/shared_page.h"

namespace sluice::engine {

// Ids of all workers come from here, so that they are unique and rise in the order in which things began.
struct IdPage {
  port::SharedNumber nextExchange;
  port::SharedNumber nextConnection;
};
static_assert(std::is_trivially_copyable_v<IdPage> && sizeof(IdPage) == 16);

// Written by one worker, read by anybody.
struct WorkerCounters {
  port::SharedNumber bytesUp;    // received from clients
  port::SharedNumber bytesDown;  // sent to clients
  port::SharedNumber openConnections;
  port::SharedNumber openExchanges;  // of those that are recorded
};
static_assert(std::is_trivially_copyable_v<WorkerCounters> && sizeof(WorkerCounters) == 32);

}  // namespace sluice::engine
