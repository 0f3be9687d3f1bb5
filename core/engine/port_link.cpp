#include "core/engine/port_link.h"

#include <asio/post.hpp>
#include <utility>

namespace sluice::engine {

PortLink::PortLink(asio::io_context& loop, platform::PortSocket socket, const port::Port::Options& options, Owner& owner)
    : loop_(loop),
      owner_(owner),
      self_(std::make_shared<PortLink*>(this)),
      port_(std::move(socket), options, *this),
      waiter_(loop, port_.socket(), port_.doorbell(),
              {[this] { port_.process(); }, [this] { port_.rung(); }, [this] { port_.writable(); }}) {}

PortLink::~PortLink() { *self_ = nullptr; }

void PortLink::turnAgain() {
  asio::post(loop_, [self = self_] {
    if (*self != nullptr) (*self)->port_.process();
  });
}

// Any thread; the link itself is only looked at on the loop.
void PortLink::freedElsewhere() {
  asio::post(loop_, [self = self_] {
    if (*self != nullptr) (*self)->port_.sendFreed();
  });
}

}  // namespace sluice::engine
