// Two connected sockets on one loop, and running that loop until something has happened. One thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <chrono>
#include <utility>

#include "tests/support/eventually.h"

// Windows' headers, which Asio includes, make nothing of these words.
#undef near
#undef far

namespace sluice::test {

struct SocketPair {
  explicit SocketPair(asio::io_context& loop) : near(loop), far(loop) {
    asio::ip::tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
    near.connect(acceptor.local_endpoint());
    acceptor.accept(far);
  }

  asio::ip::tcp::socket near;
  asio::ip::tcp::socket far;
};

// False at the deadline.
template <class Condition>
bool runUntil(asio::io_context& loop, Condition holds) {
  const auto deadline = std::chrono::steady_clock::now() + kEventually;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    loop.restart();
    loop.run_one_for(std::chrono::milliseconds(5));
  }
  return true;
}

}  // namespace sluice::test
