#include "platform/net/port_waiter.h"

#include <asio/posix/stream_descriptor.hpp>
#include <optional>
#include <utility>

namespace sluice::net {

using asio::posix::stream_descriptor;

// Outlives its waiter until the last completion has come.
class PortWaiter::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, const platform::PortSocket& socket, const platform::Doorbell& doorbell, Told told)
      : socket_(loop, static_cast<int>(socket.handle())), doorbell_(doorbell), told_(std::move(told)) {
    if (doorbell) rings_.emplace(loop, static_cast<int>(doorbell.handle()));
  }

  void wait(stream_descriptor& descriptor, stream_descriptor::wait_type what, bool& waiting, std::function<void()>& told) {
    if (std::exchange(waiting, true)) return;
    descriptor.async_wait(what, [self = shared_from_this(), &waiting, &told](const std::error_code& code) {
      waiting = false;
      if (!code && !self->closed_) told();
    });
  }
  void waitReadable() {
    wait(socket_, stream_descriptor::wait_read, waitsReadable_, told_.readable);
    if (rings_ && doorbell_.canRing()) wait(*rings_, stream_descriptor::wait_read, waitsRing_, told_.rung);
  }
  void waitWritable() { wait(socket_, stream_descriptor::wait_write, waitsWritable_, told_.writable); }
  void close() {
    closed_ = true;
    socket_.release();
    if (rings_) rings_->release();
  }

 private:
  stream_descriptor socket_;
  std::optional<stream_descriptor> rings_;
  const platform::Doorbell& doorbell_;  // not looked at once closed
  Told told_;
  bool waitsReadable_ = false;
  bool waitsRing_ = false;
  bool waitsWritable_ = false;
  bool closed_ = false;
};

PortWaiter::PortWaiter(asio::io_context& loop, platform::PortSocket& socket, const platform::Doorbell& doorbell, Told told)
    : impl_(std::make_shared<Impl>(loop, socket, doorbell, std::move(told))) {}

PortWaiter::~PortWaiter() { impl_->close(); }

void PortWaiter::waitReadable() { impl_->waitReadable(); }
void PortWaiter::waitWritable() { impl_->waitWritable(); }

}  // namespace sluice::net
