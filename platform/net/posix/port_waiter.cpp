#include "platform/net/port_waiter.h"

#include <asio/posix/stream_descriptor.hpp>
#include <utility>

namespace sluice::net {

// Outlives its waiter until the last completion has come.
class PortWaiter::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, const platform::PortSocket& socket, std::function<void()> readable, std::function<void()> writable)
      : descriptor_(loop, static_cast<int>(socket.handle())), readable_(std::move(readable)), writable_(std::move(writable)) {}

  void wait(asio::posix::stream_descriptor::wait_type what, bool& waiting, std::function<void()>& told) {
    if (std::exchange(waiting, true)) return;
    descriptor_.async_wait(what, [self = shared_from_this(), &waiting, &told](const std::error_code& code) {
      waiting = false;
      if (!code && !self->closed_) told();
    });
  }
  void waitReadable() { wait(asio::posix::stream_descriptor::wait_read, waitsReadable_, readable_); }
  void waitWritable() { wait(asio::posix::stream_descriptor::wait_write, waitsWritable_, writable_); }
  void close() {
    closed_ = true;
    descriptor_.release();
  }

 private:
  asio::posix::stream_descriptor descriptor_;
  std::function<void()> readable_;
  std::function<void()> writable_;
  bool waitsReadable_ = false;
  bool waitsWritable_ = false;
  bool closed_ = false;
};

PortWaiter::PortWaiter(asio::io_context& loop, platform::PortSocket& socket, std::function<void()> readable,
                       std::function<void()> writable)
    : impl_(std::make_shared<Impl>(loop, socket, std::move(readable), std::move(writable))) {}

PortWaiter::~PortWaiter() { impl_->close(); }

void PortWaiter::waitReadable() { impl_->waitReadable(); }
void PortWaiter::waitWritable() { impl_->waitWritable(); }

}  // namespace sluice::net
