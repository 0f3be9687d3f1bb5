// Measures what a network profile makes of a link: opens tunnels through a listener of this engine to a target of its own on this
// machine, and times what passes. Blocks for some seconds: run it on a thread that has nothing else to do.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "core/base/result.h"
#include "core/control/messages.h"
#include "core/throttle/profile.h"

namespace sluice::engine {

struct SelfTestTimes {
  std::chrono::milliseconds settle{700};    // after the first byte: queues fill
  std::chrono::milliseconds measure{3000};  // each direction
  std::chrono::milliseconds echoes{5000};   // at most
};

class SelfTest {
 public:
  // `proxy`: a listener of kind regular. Errors: what the system says of a socket.
  static Result<std::unique_ptr<SelfTest>> create(const asio::ip::tcp::endpoint& proxy, SelfTestTimes times = {});
  ~SelfTest();
  SelfTest(SelfTest&&) = delete;

  // What the proxy is asked to connect to; the profile must act on this host by now.
  const asio::ip::tcp::endpoint& target() const { return target_; }
  // Errors: what went wrong on the way, or Aborted after stop().
  Result<control::SelfTestReply> measure(const throttle::Profile& profile);
  // Any thread. measure() returns soon.
  void stop();

 private:
  class Target;
  class Client;
  SelfTest(const asio::ip::tcp::endpoint& proxy, SelfTestTimes times);

  Result<std::uint64_t> rate(char direction);
  Result<void> timeEchoes(control::SelfTestReply& reply);

  const asio::ip::tcp::endpoint proxy_;
  const SelfTestTimes times_;
  asio::io_context loop_{1};
  asio::ip::tcp::endpoint target_;
  std::unique_ptr<Target> server_;
  std::atomic<bool> stopped_ = false;  // Any thread.
};

}  // namespace sluice::engine
