// The server at the far end of what is measured: sends without end, counts what comes, or sends every byte back. A thread for each
// connection; in the clear, with TLS, and without any protocol. Any thread.
#pragma once

#include <asio/ssl/context.hpp>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <list>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "tests/bench/throttle/wire.h"

namespace sluice::bench {

using Clock = std::chrono::steady_clock;

// Bytes on the wire, and when they were read.
struct Came {
  Clock::time_point at;
  std::uint64_t bytes;
};
using Log = std::vector<Came>;

enum class Way { Plain, Tls, Tunnel };
enum class Direction { Down, Up };

// Until the stream ends.
void readWithoutEnd(Wire& wire, Log& log);
void sendWithoutEnd(Wire& wire);

class FarEnd {
 public:
  FarEnd();
  ~FarEnd();

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  // Waits until all connections have ended; what each was sent, in the order in which they came.
  std::deque<Log> finish();

 private:
  void accept();
  void serve(asio::ip::tcp::socket socket, Log& log);

  asio::io_context loop_;
  asio::ip::tcp::acceptor acceptor_{loop_, {asio::ip::address_v4::loopback(), 0}};
  std::unique_ptr<asio::ssl::context> tls_;
  std::mutex mutex_;
  std::deque<Log> logs_;                // under mutex_
  std::list<std::thread> threads_;      // under mutex_
  std::atomic<bool> stopping_ = false;
  std::thread accepting_;
};

}  // namespace sluice::bench
