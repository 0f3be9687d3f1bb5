// Waits on the event loop until a port's socket can be read or written. Loop thread only; destroying it forgets what it
// waits for.
#pragma once

#include <asio/io_context.hpp>
#include <functional>
#include <memory>

#include "core/base/result.h"
#include "platform/port_socket.h"

namespace sluice::net {

class PortWaiter {
 public:
  // `socket` is borrowed, and outlives the waiter. The two are called from the loop, never from inside a call here.
  PortWaiter(asio::io_context& loop, platform::PortSocket& socket, std::function<void()> readable,
             std::function<void()> writable);
  ~PortWaiter();
  PortWaiter(PortWaiter&&) = delete;

  // Asking again before it came changes nothing.
  void waitReadable();
  void waitWritable();

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace sluice::net
