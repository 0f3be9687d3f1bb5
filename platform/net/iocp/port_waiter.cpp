#include "platform/net/port_waiter.h"

#include <asio/windows/object_handle.hpp>
#include <utility>

#include "platform/port_socket.h"
#include "platform/windows/system_error.h"

namespace sluice::net {
namespace {

using asio::windows::object_handle;

// Asio closes what it waits for; the event stays the socket's.
HANDLE copied(platform::Handle event) {
  HANDLE copy = INVALID_HANDLE_VALUE;
  const HANDLE self = GetCurrentProcess();
  DuplicateHandle(self, platform::systemHandle(event), self, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS);
  return copy;
}

}  // namespace

// Outlives its waiter until the last completion has come.
class PortWaiter::Impl : public std::enable_shared_from_this<Impl> {
 public:
  Impl(asio::io_context& loop, platform::PortSocket& socket, Told told)
      : socket_(socket),
        received_(loop, copied(socket.receiveEvent())),
        sent_(loop, copied(socket.sendEvent())),
        told_(std::move(told)) {}

  void wait(object_handle& event, bool& waiting, std::function<void()>& told) {
    if (std::exchange(waiting, true)) return;
    event.async_wait([self = shared_from_this(), &waiting, &told](const std::error_code& code) {
      waiting = false;
      if (!code && !self->closed_) told();
    });
  }
  void waitReadable() {
    socket_.receiveEvent();  // something is received, or nothing would ever set it
    wait(received_, waitsReadable_, told_.readable);
  }
  void waitWritable() { wait(sent_, waitsWritable_, told_.writable); }
  void close() {
    closed_ = true;
    std::error_code ignored;
    received_.close(ignored);
    sent_.close(ignored);
  }

 private:
  platform::PortSocket& socket_;
  object_handle received_;
  object_handle sent_;
  Told told_;
  bool waitsReadable_ = false;
  bool waitsWritable_ = false;
  bool closed_ = false;
};

// Without the doorbell: there is none here.
PortWaiter::PortWaiter(asio::io_context& loop, platform::PortSocket& socket, const platform::Doorbell&, Told told)
    : impl_(std::make_shared<Impl>(loop, socket, std::move(told))) {}

PortWaiter::~PortWaiter() { impl_->close(); }

void PortWaiter::waitReadable() { impl_->waitReadable(); }
void PortWaiter::waitWritable() { impl_->waitWritable(); }

}  // namespace sluice::net
