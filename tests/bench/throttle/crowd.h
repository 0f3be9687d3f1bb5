// What the others need: hundreds of downloads on one thread, and an nginx of one's own. Any one thread.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "tests/support/process.h"
#include "tests/support/temporary_directory.h"

namespace sluice::bench {

// Tunnels through a proxy to a server that sends without end; both ends on one thread of their own.
class Crowd {
 public:
  Crowd(std::uint16_t proxy, std::size_t count);
  ~Crowd();
  std::uint64_t bytes() const { return bytes_; }  // received so far

 private:
  struct Peer;
  void accept();
  void send(const std::shared_ptr<Peer>& peer);
  void receive(const std::shared_ptr<Peer>& peer);

  asio::io_context loop_{1};
  asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
  std::atomic<std::uint64_t> bytes_ = 0;
  std::thread thread_;
};

// Serves one large file under every path. `location` goes into its configuration.
class Nginx {
 public:
  explicit Nginx(const std::string& location);
  ~Nginx();
  // 0: it is not installed, or does not start.
  std::uint16_t port() const { return port_; }

 private:
  test::TemporaryDirectory home_;
  std::unique_ptr<test::Process> process_;
  std::uint16_t port_ = 0;
};

}  // namespace sluice::bench
