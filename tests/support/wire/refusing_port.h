// A port of the loopback where nobody listens, and nobody else can meanwhile. Of a server that has just closed, io_uring may hold the
// listener for a moment longer.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>

namespace sluice::test {

class RefusingPort {
 public:
  RefusingPort() : bound_(io_, asio::ip::tcp::v4()) { bound_.bind({asio::ip::address_v4::loopback(), 0}); }

  std::uint16_t number() const { return bound_.local_endpoint().port(); }

 private:
  asio::io_context io_;
  asio::ip::tcp::socket bound_;  // and does not listen
};

}  // namespace sluice::test
