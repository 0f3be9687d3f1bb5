// A port on an event loop: waits for its socket, gives it its turns, and tells its owner what came. Loop thread only.
#pragma once

#include <asio/io_context.hpp>
#include <memory>
#include <string>

#include "core/port/port.h"
#include "platform/net/port_waiter.h"

namespace sluice::engine {

class PortLink final : private port::Port::Handler {
 public:
  // As port::Port::Handler. None of them may destroy the link.
  class Owner {
   public:
    virtual void portReceived(port::Incoming& message) = 0;
    virtual void portRoomAgain() = 0;
    virtual void portNote(const std::string& what) = 0;
    virtual void portFailed(const Error& why) = 0;

   protected:
    ~Owner() = default;
  };

  PortLink(asio::io_context& loop, platform::PortSocket socket, const port::Port::Options& options, Owner& owner);
  ~PortLink();
  PortLink(PortLink&&) = delete;

  Result<void> start() { return port_.start(); }
  port::Port& port() { return port_; }
  const port::Port& port() const { return port_; }

 private:
  void received(port::Incoming& message) override { owner_.portReceived(message); }
  void roomAgain() override { owner_.portRoomAgain(); }
  void note(const std::string& what) override { owner_.portNote(what); }
  void failed(const Error& why) override { owner_.portFailed(why); }
  void waitReadable() override { waiter_.waitReadable(); }
  void waitWritable() override { waiter_.waitWritable(); }
  void turnAgain() override;
  void freedElsewhere() override;

  asio::io_context& loop_;
  Owner& owner_;
  // Shared with what is posted: null once the link is gone.
  const std::shared_ptr<PortLink*> self_;
  port::Port port_;
  net::PortWaiter waiter_;
};

}  // namespace sluice::engine
