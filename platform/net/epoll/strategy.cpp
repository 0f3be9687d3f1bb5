// Also of the other back ends that wait for readiness: kqueue, select, io_uring as Asio uses it.
#include "platform/net/strategy.h"

namespace sluice::net {

Strategy nativeStrategy() { return {SendMode::Wait, ReceiveMode::Wait}; }

}  // namespace sluice::net
