#include "core/port/port.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "core/base/assert.h"

namespace sluice::port {

using platform::OwnedHandle;

Port::Port(platform::PortSocket socket, const Options& options, Handler& handler)
    : options_(options),
      handler_(handler),
      socket_(std::move(socket)),
      outgoing_({options.ownPid, options.peerPid, options.id}, options.memory,
                [this](const SegmentNews& news, platform::Handle memory) {
                  sendOwn(type::kSegment, bytesOf(news), std::span(&memory, 1));
                  return !failed_;
                }),
      incoming_([this] { handler_.freedElsewhere(); }),
      peerPid_(options.peerPid),
      receiveBuffer_(sizeof(MessageHeader) + limits::kPortMessageBytes) {
  if (options_.queueSlots > 0) std::tie(doorbell_, ownButton_) = platform::Doorbell::make();
}

Port::~Port() {
  for (auto& pending : backlog_) closeHandles(pending);
}

Result<void> Port::start() {
  Hello hello;
  hello.queueSlots = options_.queueSlots;
  hello.protocol = options_.protocol;
  std::array<platform::Handle, 2> handles{};
  std::size_t count = 0;
  if (options_.queueSlots > 0) {
    auto made = platform::SharedMemory::create(queueBytes(options_.queueSlots));
    if (!made) return sluice::fail(std::move(made.error()));
    ownQueueMemory_ = std::move(*made);
    ownQueue_.emplace(ownQueueMemory_.data(), options_.queueSlots);
    handles[count++] = ownQueueMemory_.handle();
    if (ownButton_) handles[count++] = ownButton_.handle();
  }
  sendOwn(type::kHello, bytesOf(hello), std::span(handles).first(count));
  // Nothing leaves before the peer has greeted, and a socket that is new has room.
  if (!backlog_.empty()) return sluice::fail(Side::Local, Code::ProtocolFault, "the socket of a port takes no greeting");
  ownButton_ = {};  // the peer's is the only one, so that its end is seen
  handler_.waitReadable();
  return {};
}

void Port::fail(Error why) {
  if (std::exchange(failed_, true)) return;
  failedBacklog_ = std::exchange(backlog_, {});
  backlogBytes_ = 0;
  for (auto& pending : failedBacklog_) complete(pending, Sent::Failed);
  held_.reset();
  reassembler_ = {};
  buffers_.clear();
  outgoing_.reclaim();
  handler_.failed(why);
}

void Port::fault(std::string what) { fail({Code::ProtocolFault, Side::Local, 0, std::move(what)}); }

void Port::oddity(const std::string& what) {
  ++counters_.dropped;
  constexpr std::size_t kNotedMax = 16;
  if (noted_.size() >= kNotedMax || std::find(noted_.begin(), noted_.end(), what) != noted_.end()) return;
  noted_.push_back(what);
  handler_.note(what);
}

}  // namespace sluice::port
