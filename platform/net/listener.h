// A TCP listener that several processes accept from: one opens it and keeps it out of every event loop, each of the others
// takes it over and accepts on its own loop. Loop thread only.
//
// What holds on every system:
// - Who connects before anybody accepts waits, and is served by whoever accepts next.
// - A process that ends, in whichever way, takes nothing from the others but its own connections.
// - A process that hangs takes no more than its accepts in flight (Strategy::acceptsInFlight) from the others until it ends: on Windows
//   they are its own from the moment they come. That is the price of taking several in a row.
// - Nothing is called from inside a call; after close() a pending accept still ends, with operation_aborted. Who was taken ahead of
//   an accept waits for the next one, and is closed with the acceptor.
#pragma once

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "platform/handle.h"

namespace sluice::net {

class Listener {
 public:
  // What goes over a port so that one process there can take the listener over, once: words (Windows) or a handle (POSIX),
  // which stays the listener's.
  struct Ticket {
    std::string text;
    std::vector<platform::Handle> handles;
  };

  // Binds and listens; port 0 is any free one.
  static Result<Listener> open(const asio::ip::tcp::endpoint& address);
  Listener(Listener&& other) noexcept : socket_(std::exchange(other.socket_, platform::kNoHandle)), address_(other.address_) {}
  Listener& operator=(Listener&&) = delete;
  ~Listener() { close(); }

  // What it really listens on.
  const asio::ip::tcp::endpoint& address() const { return address_; }
  // REQUIRES: the listener stays open until that process has taken it over.
  Result<Ticket> ticketFor(std::int64_t process) const;
  // Where others have it, they go on.
  void close();

 private:
  Listener(platform::Handle socket, asio::ip::tcp::endpoint address) : socket_(socket), address_(std::move(address)) {}

  platform::Handle socket_;
  asio::ip::tcp::endpoint address_;
};

class Acceptor {
 public:
  using Accepted = std::function<void(const std::error_code& code, asio::ip::tcp::socket socket)>;

  // From what came of a ticket. A handle that cannot be used is closed.
  static Result<std::unique_ptr<Acceptor>> takeOver(asio::io_context& loop, const std::string& text, platform::OwnedHandle handle);
  // A listener of this process alone.
  static Result<std::unique_ptr<Acceptor>> open(asio::io_context& loop, const asio::ip::tcp::endpoint& address);
  virtual ~Acceptor() = default;

  virtual asio::ip::tcp::endpoint address() const = 0;
  // One at a time. The connection is on this loop.
  virtual void accept(Accepted done) = 0;
  virtual void close() = 0;
};

}  // namespace sluice::net
