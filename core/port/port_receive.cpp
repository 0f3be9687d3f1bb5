#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/port/port.h"

namespace sluice::port {

using platform::PortSocket;

void Port::process() {
  if (failed_ || processing_) return;
  woken_ = false;
  turn();
}

void Port::rung() {
  doorbell_.silence();
  if (failed_ || processing_) return;
  woken_ = true;
  turn();
}

void Port::turn() {
  processing_ = true;
  if (ownQueue_) ownQueue_->becomeAwake();
  std::size_t taken = 0;
  while (!failed_ && taken < limits::kPortTurnMessages) {
    if (step() == Step::Progress) {
      ++taken;
      continue;
    }
    // While a marker waits for its message, or the greeting is not there, only the socket can bring progress.
    if (failed_ || awaitsSocket_ || !greeted_ || !ownQueue_ || ownQueue_->becomeIdle()) break;
  }
  processing_ = false;
  if (failed_) return;
  if (ownQueue_ && ownQueue_->takeWriterWaits()) signal(kOweRoom);
  if (failed_) return;
  if (taken >= limits::kPortTurnMessages) return handler_.turnAgain();
  handler_.waitReadable();
}

Port::Step Port::step() {
  QueueItem item;
  if (greeted_ && !awaitsSocket_ && ownQueue_) {
    if (ownQueue_->pop(item)) return takeFromQueue(item);
    // Seldom is anything behind a wake-up, and if there is, the wait ends at once: a system call less for each.
    if (std::exchange(woken_, false)) return Step::Nothing;
  }
  return takeFromSocket();
}

Port::Step Port::takeFromQueue(const QueueItem& item) {
  if (item.header.pid != peerPid_ || item.header.size > item.payload.size()) {
    fault("a message in the queue is malformed");
    return Step::Nothing;
  }
  Handles none;
  if (item.header.type != type::kReadSocket) {
    deliver(item.header, Bytes(item.payload).first(item.header.size), none);
    return Step::Progress;
  }
  if (!held_) {
    awaitsSocket_ = true;
    return Step::Progress;
  }
  auto message = std::move(*held_);
  held_.reset();
  putTogether(message.header, message.payload, std::move(message.handles));
  return Step::Progress;
}

Port::Step Port::takeFromSocket() {
  Packet packet;
  const auto result = receivePacket(packet);
  switch (result.status) {
    case IoResult::Status::Ok: break;
    case IoResult::Status::WouldBlock: return Step::Nothing;
    case IoResult::Status::End:
      drainQueue();
      fail({Code::ConnectionReset, Side::Local, 0, "the other process is gone"});
      return Step::Nothing;
    case IoResult::Status::Failed:
      // Linux tells once that the peer left something of ours unread; what it said itself can be read after that.
      if (result.error.code == Code::ConnectionReset && !std::exchange(resetTold_, true)) {
        peerGone_ = true;
        return Step::Progress;
      }
      fail(result.error);
      return Step::Nothing;
  }
  return place(std::move(packet));
}

// What the peer said before it went may have come between the last look and its end.
void Port::drainQueue() {
  QueueItem item;
  for (std::size_t taken = 0; taken < limits::kPortQueueSlots; ++taken) {
    // What stands behind a marker whose message is lost would come out of order.
    if (!greeted_ || failed_ || awaitsSocket_ || !ownQueue_ || !ownQueue_->pop(item)) return;
    if (takeFromQueue(item) == Step::Nothing) return;
  }
}

// Messages that are no messages are noted and left out; type kWake then stands for "nothing more to do".
IoResult Port::receivePacket(Packet& packet) {
  PortSocket::Message message;
  auto result = socket_.receive(receiveBuffer_, message);
  if (result.status != IoResult::Status::Ok) return result;
  packet.handles = std::move(message.handles);
  if (!check(message, packet)) {
    packet.handles = {};
    packet.header = {};
    packet.header.type = type::kWake;
    packet.payload = {};
  }
  return result;
}

bool Port::check(const PortSocket::Message& message, Packet& packet) {
  // What was lost with it may be what everything after it needs: a queue, a segment, a listener.
  if (message.cut) {
    fault("a message came without all of its bytes or handles: it is too long, or this process has too many files open");
    return false;
  }
  if (message.bytes < sizeof(MessageHeader)) {
    oddity("a message shorter than its header came");
    return false;
  }
  const Bytes bytes = Bytes(receiveBuffer_).first(std::min(message.bytes, receiveBuffer_.size()));
  packet.header = copyOf<MessageHeader>(bytes);
  packet.payload = bytes.subspan(sizeof(MessageHeader));
  if (packet.header.size != packet.payload.size()) {
    oddity("a message of another size than its header says came");
    return false;
  }
  if (message.senderPid != 0) packet.header.pid = static_cast<std::uint32_t>(message.senderPid);
  if (peerPid_ == 0) peerPid_ = packet.header.pid;
  woken_ = packet.header.type == type::kWake;
  if (packet.header.pid == peerPid_) return true;
  fault("a message came from process " + std::to_string(packet.header.pid) + " instead of " + std::to_string(peerPid_));
  return false;
}

// Brings a message of the socket to its place among those of the queue.
Port::Step Port::place(Packet packet) {
  if (failed_) return Step::Nothing;
  if (!ownQueue_ || !packet.header.has(flag::kMarked)) {
    putTogether(packet.header, packet.payload, std::move(packet.handles));
    return Step::Progress;
  }
  if (awaitsSocket_) {
    awaitsSocket_ = false;
    putTogether(packet.header, packet.payload, std::move(packet.handles));
    return Step::Progress;
  }
  if (held_) {
    // The marker of the held one went into the queue before this one was sent: it is among as many as the queue holds.
    QueueItem item;
    for (std::uint32_t taken = 0; taken < options_.queueSlots && held_ && !failed_ && ownQueue_->pop(item); ++taken) takeFromQueue(item);
    if (failed_) return Step::Nothing;
    if (held_) {
      fault("two messages came over the socket without a marker");
      return Step::Nothing;
    }
  }
  held_ = WholeMessage{packet.header, {packet.payload.begin(), packet.payload.end()}, std::move(packet.handles)};
  return Step::Progress;
}

void Port::putTogether(const MessageHeader& header, Bytes payload, Handles handles) {
  if (!header.has(flag::kNotFirst) && !header.has(flag::kMoreFollow)) return deliver(header, payload, handles);
  switch (reassembler_.add(header, payload, std::move(handles))) {
    case Reassembler::Outcome::Whole: {
      auto whole = reassembler_.take();
      deliver(whole.header, whole.payload, whole.handles);
      return;
    }
    case Reassembler::Outcome::Incomplete: return;
    case Reassembler::Outcome::Dropped:
      if (!reassembler_.why().empty()) oddity(reassembler_.why());
      return;
  }
}

void Port::deliver(const MessageHeader& header, Bytes payload, Handles& handles) {
  if (header.type >= kFirstOwnType) return ownMessage(header, payload, handles);
  if (!greeted_) return fault("a message came before the greeting");
  buffers_.clear();
  if (header.has(flag::kShared)) {
    auto mine = openBuffers(header, payload);
    if (!mine) return fail(std::move(mine.error()));
    if (!*mine) {
      ++counters_.cancelled;
      return;
    }
    payload = {};
  }
  ++counters_.received;
  Incoming message{header.type,  header.stream, header.pid, header.replyPort, header.has(flag::kLast),
                   payload,      buffers_,      handles};
  handler_.received(message);
  buffers_.clear();
}

// False: its sender has cancelled it, and has its chunks back.
Result<bool> Port::openBuffers(const MessageHeader& header, Bytes payload) {
  const auto malformed = [] { return sluice::fail(Side::Local, Code::ProtocolFault, "a list of chunks is malformed"); };
  if (header.has(flag::kTracked)) {
    if (payload.size() < sizeof(TrackRef)) return malformed();
    auto mine = incoming_.begin(copyOf<TrackRef>(payload), header.stream);
    if (!mine || !*mine) return mine;
    payload = payload.subspan(sizeof(TrackRef));
  }
  const std::size_t count = payload.size() / sizeof(ChunkRef);
  if (payload.empty() || payload.size() % sizeof(ChunkRef) != 0 || count > limits::kPortChunksPerMessageMax) {
    return malformed();
  }
  for (; !payload.empty(); payload = payload.subspan(sizeof(ChunkRef))) {
    auto buffer = incoming_.open(copyOf<ChunkRef>(payload), header.has(flag::kStillRead) ? SenderReads::Yes : SenderReads::No);
    if (!buffer) return sluice::fail(std::move(buffer.error()));
    buffers_.push_back(std::move(*buffer));
  }
  return true;
}

void Port::ownMessage(const MessageHeader& header, Bytes payload, Handles& handles) {
  switch (header.type) {
    case type::kHello: return greet(payload, handles);
    case type::kWake: return;  // it has done its work by coming
    case type::kSegment: return learn(payload, handles);
    case type::kChunksFreed:
      outgoing_.memoryFreed();
      return handler_.roomAgain();
    case type::kQueueRoom:
      queueFull_ = false;
      flush();
      if (!failed_) handler_.roomAgain();
      return;
    default: return fault("a message of unknown type " + std::to_string(header.type) + " came");
  }
}

void Port::greet(Bytes payload, Handles& handles) {
  if (payload.size() < sizeof(Hello)) return fault("a greeting is malformed");
  const auto hello = copyOf<Hello>(payload);
  if (hello.magic != Hello{}.magic) return fault("what greets is no port");
  if (hello.version != kPortVersion) {
    return fault("the other process speaks version " + std::to_string(hello.version) + " of ports, this one version " +
                 std::to_string(kPortVersion) + ": they are of different installations");
  }
  if (hello.protocol != options_.protocol) {
    return fault("the other process speaks version " + std::to_string(hello.protocol) +
                 " of what is said over this port, this one version " + std::to_string(options_.protocol) +
                 ": they are of different installations");
  }
  if (greeted_) return fault("a second greeting came");
  if (hello.queueSlots != 0) {
    if (hello.queueSlots > limits::kPortQueueSlots) return fault("a queue is too large");
    if (!handles[0]) return fault("a greeting came without its queue");
    if (handles[1]) {
      auto button = platform::DoorbellButton::take(std::move(handles[1]));
      if (!button) return fail(std::move(button.error()));
      peerButton_ = std::move(*button);
    }
    auto memory = platform::SharedMemory::map(std::move(handles[0]), queueBytes(hello.queueSlots));
    if (!memory) return fail(std::move(memory.error()));
    peerQueueMemory_ = std::move(*memory);
    peerQueue_.emplace(peerQueueMemory_.data(), hello.queueSlots);
  }
  greeted_ = true;
  flush();
}

void Port::learn(Bytes payload, Handles& handles) {
  if (payload.size() < sizeof(SegmentNews)) return fault("the news of a segment is malformed");
  auto added = incoming_.add(copyOf<SegmentNews>(payload), std::move(handles[0]), peerPid_, options_.ownPid);
  if (!added) fail(std::move(added.error()));
}

}  // namespace sluice::port
