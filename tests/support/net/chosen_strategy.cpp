// In place of the function of platform/net, in every binary that links it: with --send=take-over and --receive=lend the engine's own
// connections work as on another back end. Memory is lent to every wait that follows a byte, so that there are many.
#include "platform/net/strategy.h"
#include "tests/support/test.h"

namespace sluice::net {

Strategy nativeStrategy() {
  static const Strategy chosen{test::option("send", "wait") == "take-over" ? SendMode::TakeOver : SendMode::Wait,
                               test::option("receive", "wait") == "lend" ? ReceiveMode::Lend : ReceiveMode::Wait, 1, 1};
  return chosen;
}

}  // namespace sluice::net
