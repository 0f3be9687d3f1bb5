// Waits on the event loop until a port's socket can be read or written, or its doorbell rings. Loop thread only; destroying
// it forgets what it waits for.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>

#include "core/base/result.h"
#include "platform/doorbell.h"
#include "platform/port_socket.h"

namespace sluice::net {

class PortWaiter {
 public:
  // Called from the loop, never from inside a call here.
  struct Told {
    std::function<void()> readable;
    std::function<void()> rung;
    std::function<void()> writable;
  };
  // `socket` and `doorbell` are borrowed, and outlive the waiter.
  PortWaiter(asio::io_context& loop, platform::PortSocket& socket, const platform::Doorbell& doorbell, Told told);
  ~PortWaiter();
  PortWaiter(PortWaiter&&) = delete;

  // Asking again before it came changes nothing. Readable: the doorbell too, if there is one that can ring.
  void waitReadable();
  void waitWritable();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice::net
