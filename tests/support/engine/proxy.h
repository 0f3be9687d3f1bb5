// A worker with one listener, on a thread of its own, and what it recorded. One thread uses it.
#pragma once

#include <asio/ip/tcp.hpp>
#include <asio/post.hpp>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "core/engine/worker.h"
#include "platform/process.h"
#include "tests/support/engine/kept.h"
#include "tests/support/wire/client.h"

namespace sluice::test {

class Proxy {
 public:
  explicit Proxy(engine::WorkerSettings settings = {},
                 asio::ip::address address = asio::ip::address_v4::loopback(), std::unique_ptr<engine::TlsMeans> tls = nullptr)
      : worker_(std::make_unique<engine::Worker>(std::move(settings), &kept, shared_, counters_, std::move(tls))) {
    platform::prepareServerProcess();
    shared_.ids.nextExchange.store(1);
    shared_.ids.nextConnection.store(1);
    auto acceptor = net::Acceptor::open(worker_->loop(), {address, 0}).value();
    port = acceptor->address().port();
    worker_->serve(std::move(acceptor), "regular 127.0.0.1:" + std::to_string(port));
    thread_ = std::thread([this] {
      if (onItsThread) onItsThread();
      worker_->run();
    });
  }
  explicit Proxy(engine::Timeouts timeouts) : Proxy(with(timeouts)) {}
  ~Proxy() { stop(); }

  // Drains it; afterwards nothing is recorded any more.
  void stop() {
    if (!thread_.joinable()) return;
    worker_->drain();
    thread_.join();
  }

  // A further listener; its port.
  std::uint16_t serveToo(session::Entry entry) {
    auto acceptor = net::Acceptor::open(worker_->loop(), {asio::ip::address_v4::loopback(), 0}).value();
    const auto its = acceptor->address().port();
    asio::post(worker_->loop(), [this, entry = std::move(entry), acceptor = std::move(acceptor)]() mutable {
      worker_->serve(std::move(acceptor), "further", std::move(entry));
    });
    return its;
  }

  engine::Worker& worker() { return *worker_; }
  const engine::WorkerCounters& counters() const { return counters_; }
  bool waitForConnections(std::uint64_t count) {
    return eventually([&] { return counters_.openConnections.load() == count; });
  }

  // What every worker's thread does first; set before the first of them.
  static inline std::function<void()> onItsThread;

  Kept kept;
  std::uint16_t port = 0;

 private:
  static engine::WorkerSettings with(engine::Timeouts timeouts) {
    engine::WorkerSettings settings;
    settings.timeouts = timeouts;
    return settings;
  }

  engine::EnginePage shared_{};
  engine::WorkerCounters counters_;
  std::unique_ptr<engine::Worker> worker_;
  std::thread thread_;
};

// Everything up to the end of the stream, or up to its failure.
inline std::string readToEnd(Client& client) { return client.input().rest(); }

}  // namespace sluice::test
