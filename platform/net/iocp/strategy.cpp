#include "platform/net/strategy.h"

namespace sluice::net {

// To wait until a socket can be written to, Asio would start a thread around select(), which copes with 64 sockets. Waiting
// until one can be read from is a receive of no bytes, which costs a call more than one into memory that is lent.
Strategy nativeStrategy() { return {SendMode::TakeOver, ReceiveMode::Lend, kAcceptsInFlight}; }

}  // namespace sluice::net
