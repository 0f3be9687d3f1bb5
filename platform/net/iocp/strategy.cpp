#include "platform/net/strategy.h"

namespace sluice::net {

// To wait until a socket can be written to, Asio would start a thread around select(), which copes with 64 sockets. Waiting
// until one can be read from is a receive of no bytes: it lends no block.
Strategy nativeStrategy() { return {SendMode::TakeOver}; }

}  // namespace sluice::net
