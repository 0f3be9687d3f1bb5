// An end of a port as a loop that waits drives it: it looks after what poll() says is ready, of what the port asked for, and after
// nothing else. So a wake-up that is not sent, or that is for nobody, shows. The end's thread.
#pragma once

#include <poll.h>

#include <utility>

#include "tests/support/port/ends.h"

namespace sluice::test {

// Waits so long at most. False: nothing was ready.
inline bool turnWhenReady(PortEnd& end, int patienceMs = 0) {
  auto& port = *end.port;
  const auto asked = [](bool yes, short what) { return yes ? what : short{0}; };
  pollfd ready[2] = {};
  ready[0].fd = static_cast<int>(port.socket().handle());
  ready[0].events = static_cast<short>(asked(end.waitsReadable, POLLIN) | asked(end.waitsWritable, POLLOUT));
  ready[1].fd = end.waitsRing && port.doorbell() && port.doorbell().canRing() ? static_cast<int>(port.doorbell().handle()) : -1;
  ready[1].events = POLLIN;
  const bool mayWait = !end.again && !end.freed;
  const int count = port.hasFailed() ? 0 : ::poll(ready, 2, mayWait ? patienceMs : 0);
  if (count <= 0 && mayWait) return false;
  if (std::exchange(end.freed, false)) port.sendFreed();
  if (std::exchange(end.again, false)) port.process();
  if ((ready[1].revents & POLLIN) != 0) {
    end.waitsRing = false;
    port.rung();
  }
  if ((ready[0].revents & ~POLLOUT) != 0) {
    end.waitsReadable = false;
    port.process();
  }
  if ((ready[0].revents & POLLOUT) != 0) {
    end.waitsWritable = false;
    port.writable();
  }
  return true;
}

}  // namespace sluice::test
