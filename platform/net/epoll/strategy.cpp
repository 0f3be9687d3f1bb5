// Also of the other back ends that wait for readiness: kqueue, select, io_uring as Asio uses it.
#include "platform/net/strategy.h"

namespace sluice::net {

// An accept in flight takes nothing before the loop turns: one is as good as many.
Strategy nativeStrategy() { return {SendMode::Wait, ReceiveMode::Wait, 1}; }

}  // namespace sluice::net
