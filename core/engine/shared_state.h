// What workers share with the supervisor in memory: numbers alone, each in its own word. Any thread of any process.
#pragma once

#include <array>
#include <type_traits>

#include "core/port/shared_page.h"
#include "core/throttle/bucket.h"
#include "core/throttle/plan.h"

namespace sluice::engine {

// Ids of all workers come from here, so that they are unique and rise in the order in which things began.
struct IdPage {
  port::SharedNumber nextExchange;
  port::SharedNumber nextConnection;
};
static_assert(std::is_trivially_copyable_v<IdPage> && sizeof(IdPage) == 16);

// What a profile in force lets through, of all workers together. The first are those of everything, then those of the plan's rules.
struct RateBuckets {
  throttle::BucketState down;
  throttle::BucketState up;
};
using RateLanes = std::array<RateBuckets, throttle::Plan::kLanes>;

struct EnginePage {
  IdPage ids;
  RateLanes rates;
};
static_assert(std::is_trivially_copyable_v<EnginePage> &&
              sizeof(EnginePage) == sizeof(IdPage) + throttle::Plan::kLanes * 2 * sizeof(throttle::BucketState));

// Written by one worker, read by anybody.
struct WorkerCounters {
  port::SharedNumber index;      // which worker this is; written by the supervisor before it starts
  port::SharedNumber bytesUp;    // received from clients
  port::SharedNumber bytesDown;  // sent to clients
  port::SharedNumber openConnections;
  port::SharedNumber openExchanges;  // of those that are recorded
  // Recording.
  port::SharedNumber recordMessages;    // sent to the supervisor
  port::SharedNumber backlogBytes;      // of records that found no chunk and wait
  port::SharedNumber backPressure;      // how often chunks ran out
  port::SharedNumber refusedBodyBytes;  // not recorded because they had
  port::SharedNumber cutBodies;         // bodies that these are missing from
  port::SharedNumber droppedExchanges;  // not recorded at all
  port::SharedNumber bugsSurvived;
  port::SharedNumber answered;  // the last stream on which the supervisor asked whether it is there
};
static_assert(std::is_trivially_copyable_v<WorkerCounters> && sizeof(WorkerCounters) == 13 * 8);

}  // namespace sluice::engine
