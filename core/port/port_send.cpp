#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/port/port.h"

namespace sluice::port {

using platform::Handle;
using platform::OwnedHandle;

MessageHeader Port::headerFor(const Outgoing& message) const {
  MessageHeader header;
  header.stream = message.stream;
  header.pid = options_.ownPid;
  header.replyPort = message.replyPort;
  header.type = message.type;
  header.flags = message.last ? flag::kLast : std::uint8_t{0};
  return header;
}

Sent Port::send(const Outgoing& message) {
  SLUICE_ASSERT(message.handles.size() <= platform::PortSocket::kHandlesMax);
  if (failed_ || peerGone_) return Sent::Failed;
  if (message.buffers.empty()) return sendBytes(message, message.payload, 0);
  const bool foreign = std::any_of(message.buffers.begin(), message.buffers.end(),
                                   [this](const SharedBuffer& each) { return !outgoing_.owns(each); });
  return foreign || !message.payload.empty() ? sendAsPlain(message) : sendBuffers(message);
}

// Buffers of two kinds in one message, or chunks made for another process.
Sent Port::sendAsPlain(const Outgoing& message) {
  std::vector<std::byte> all(message.payload.begin(), message.payload.end());
  for (const auto& each : message.buffers) all.insert(all.end(), each.bytes().begin(), each.bytes().end());
  const auto sent = sendBytes(message, all, 0);
  if (sent == Sent::Again || sent == Sent::Failed) return sent;
  if (counters_.sentAsPlain++ == 0) handler_.note("chunks were copied to be sent as plain bytes");
  for (auto& each : message.buffers) {
    if (outgoing_.owns(each)) outgoing_.release(each);
  }
  return sent;
}

Sent Port::sendBuffers(const Outgoing& message) {
  SLUICE_ASSERT(message.buffers.size() <= limits::kPortChunksPerMessageMax);
  auto list = std::exchange(listOfLast_, {});  // its memory serves again: sending allocates nothing
  list.clear();
  const auto append = [&list](Bytes bytes) { list.insert(list.end(), bytes.begin(), bytes.end()); };
  std::uint8_t flags = flag::kShared;
  if (message.track) {
    flags |= flag::kTracked;
    append(bytesOf(*message.track));
  }
  for (const auto& each : message.buffers) {
    SLUICE_ASSERT(each.size > 0);
    append(bytesOf(ChunkRef{each.segment, each.firstChunk, each.size}));
  }
  // The receiver may free the chunks before this call has returned: this side's word on them ends before it sends.
  if (!message.goesOnReading) {
    for (auto& each : message.buffers) outgoing_.handOver(each);
  }
  const auto sent = sendBytes(message, list, message.goesOnReading ? flags | flag::kStillRead : flags);
  if ((sent == Sent::Again || sent == Sent::Failed) && !message.goesOnReading) {
    const Bytes refs = Bytes(list).subspan(message.track ? sizeof(TrackRef) : 0);
    for (std::size_t i = 0; i < message.buffers.size(); ++i) {
      message.buffers[i] = outgoing_.takeBack(copyOf<ChunkRef>(refs.subspan(i * sizeof(ChunkRef))));
    }
  }
  listOfLast_ = std::move(list);
  return sent;
}

bool Port::goesThroughQueue(const Outgoing& message, Bytes payload) const {
  return peerQueue_ && message.handles.empty() && payload.size() <= kSlotPayloadBytes && backlog_.empty();
}

Sent Port::sendBytes(const Outgoing& message, Bytes payload, std::uint8_t flags) {
  SLUICE_ASSERT(payload.size() <= limits::kPortMessageBytesMax);
  if (backlogBytes_ > limits::kPortBacklogBytesMax) {
    ++counters_.again;
    saidAgain_ = true;
    return Sent::Again;
  }
  auto header = headerFor(message);
  header.flags |= flags;
  if (goesThroughQueue(message, payload)) {
    header.size = static_cast<std::uint32_t>(payload.size());
    const auto reader = message.wakesReader ? QueueWriter<>::Reader::Wake : QueueWriter<>::Reader::LetWait;
    if (pushToQueue(header, payload, reader)) return failed_ ? Sent::Failed : Sent::Done;
    ++counters_.again;
    return Sent::Again;
  }
  Pending pending;
  pending.header = header;
  std::copy(message.handles.begin(), message.handles.end(), pending.handles.begin());
  pending.handleCount = message.handles.size();
  pending.afterSending = message.afterSending;
  pending.done = message.done;
  // Until the peer has said whether it has a queue nobody knows which way keeps the order.
  return greeted_ ? startOnSocket(std::move(pending), payload) : keep(std::move(pending), payload);
}

// False: full, and the reader will tell when it is not.
bool Port::pushToQueue(const MessageHeader& header, Bytes payload, QueueWriter<>::Reader reader) {
  using Push = QueueWriter<>::Push;
  auto outcome = peerQueue_->push(header, payload, reader);
  if (outcome == Push::Again) {
    peerQueue_->waitForRoom();
    outcome = peerQueue_->push(header, payload, reader);
  }
  queueFull_ = outcome == Push::Again;
  if (queueFull_) {
    wakeReader();  // what fills it may be what nobody has been woken for
    return false;
  }
  ++counters_.sentThroughQueue;
  if (outcome == Push::DoneAndWake) sendWake();
  return true;
}

void Port::wakeReader() {
  if (!failed_ && !peerGone_ && peerQueue_ && peerQueue_->wake()) sendWake();
}

// Also where there is no room: on Windows that may only mean that word of the last message has not come back yet.
void Port::sendWake() {
  ++counters_.wakeUpsSent;
  if (!peerButton_ || !peerButton_.ring()) signal(kOweWake);
}

// Who is gone may have said much before: all of that is read first, and then the port ends.
void Port::sendingFailed(const Error& why) {
  if (why.code != Code::ConnectionReset) return fail(why);
  peerGone_ = true;
  handler_.waitReadable();
}

// As many fragments as one share holds go at once, without a copy; what is left waits behind everybody else.
Sent Port::startOnSocket(Pending pending, Bytes payload) {
  if (!backlog_.empty()) return keep(std::move(pending), payload);
  const std::size_t share = std::min(payload.size(), limits::kPortShareBytes);
  do {
    const auto result = sendFragment(pending, payload);
    if (result.status == IoResult::Status::WouldBlock) return keep(std::move(pending), payload);
    if (result.status != IoResult::Status::Ok) {
      closeHandles(pending);
      sendingFailed(result.error);
      return Sent::Failed;
    }
  } while (pending.sentBytes < share);
  if (pending.sentBytes < payload.size()) return keep(std::move(pending), payload);
  return Sent::Done;
}

Sent Port::keep(Pending pending, Bytes payload) {
  if (failed_) {
    closeHandles(pending);
    return Sent::Failed;
  }
  const auto rest = payload.subspan(pending.sentBytes);
  pending.payload.assign(rest.begin(), rest.end());
  if (pending.sentBytes > 0) noteBegun(pending);
  pending.sentBytes = 0;
  backlogBytes_ += pending.payload.size();
  backlog_.push_back(std::move(pending));
  waitForRoom();
  return Sent::Queued;
}

// The port's own messages need no place among the others, but for the news of a segment that they refer to.
bool Port::markFragment(Pending& pending) {
  const bool needsMarker = pending.header.type < kFirstOwnType || pending.header.type == type::kSegment;
  if (!peerQueue_ || !needsMarker || pending.marked) return true;
  MessageHeader marker;
  marker.pid = options_.ownPid;
  marker.type = type::kReadSocket;
  pending.marked = pushToQueue(marker, {});
  return pending.marked && !failed_;
}

IoResult Port::sendPacket(const MessageHeader& header, Bytes payload, std::span<const Handle> handles) {
  auto result = socket_.send(bytesOf(header), payload, handles);
  if (socket_.hasRest()) handler_.waitWritable();
  return result;
}

IoResult Port::sendFragment(Pending& pending, Bytes payload) {
  const auto rest = payload.subspan(pending.sentBytes);
  const auto piece = rest.first(std::min(rest.size(), limits::kPortMessageBytes));
  if (!markFragment(pending)) return IoResult::wouldBlock();

  MessageHeader header = pending.header;
  header.size = static_cast<std::uint32_t>(piece.size());
  if (pending.begun || pending.sentBytes > 0) header.flags |= flag::kNotFirst;
  if (piece.size() < rest.size()) header.flags |= flag::kMoreFollow;
  if (pending.marked) header.flags |= flag::kMarked;
  const auto handles = std::span<const Handle>(pending.handles).first(pending.handleCount);
  auto result = sendPacket(header, piece, handles);
  if (result.status != IoResult::Status::Ok) return result;
  if (result.bytes != sizeof header + piece.size()) {
    return IoResult::failed({Code::ProtocolFault, Side::Local, 0, "a message of a port was cut short"});
  }
  ++counters_.sentThroughSocket;
  pending.sentBytes += piece.size();
  pending.marked = false;
  closeHandles(pending);
  return result;
}

void Port::closeHandles(Pending& pending) {
  for (std::size_t i = 0; i < pending.handleCount; ++i) {
    if (pending.afterSending == AfterSending::CloseHandles) OwnedHandle{pending.handles[i]};
  }
  pending.handleCount = 0;
}

void Port::complete(Pending& pending, Sent outcome) {
  closeHandles(pending);
  if (pending.done) pending.done(outcome);
}

void Port::sendOwn(std::uint8_t type, Bytes payload, std::span<const Handle> handles) {
  if (failed_ || peerGone_) return;
  Pending pending;
  pending.header.pid = options_.ownPid;
  pending.header.type = type;
  std::copy(handles.begin(), handles.end(), pending.handles.begin());
  pending.handleCount = handles.size();
  static_cast<void>(startOnSocket(std::move(pending), payload));
}

void Port::sendFreed() { signal(kOweFreed); }

// Short words that must not wait behind the backlog: it may wait for the peer, who waits for them.
void Port::signal(std::uint8_t which) {
  if (failed_ || peerGone_) return;
  owed_ |= which;
  paySignals();
}

void Port::paySignals() {
  constexpr std::pair<std::uint8_t, std::uint8_t> kSignals[] = {
      {kOweFreed, type::kChunksFreed}, {kOweRoom, type::kQueueRoom}, {kOweWake, type::kWake}};
  for (const auto& [bit, type] : kSignals) {
    if ((owed_ & bit) == 0 || failed_ || peerGone_) continue;
    MessageHeader header;
    header.pid = options_.ownPid;
    header.type = type;
    const auto result = sendPacket(header, {}, {});
    if (result.status == IoResult::Status::Failed) return sendingFailed(result.error);
    if (result.status == IoResult::Status::WouldBlock) return handler_.waitWritable();
    owed_ = static_cast<std::uint8_t>(owed_ & ~bit);
  }
}

void Port::waitForRoom() {
  if (!failed_ && !peerGone_ && greeted_ && !queueFull_) handler_.waitWritable();
}

void Port::writable() {
  if (!failed_ && !peerGone_ && socket_.hasRest()) {
    const auto result = socket_.send({}, {}, {});
    if (result.status == IoResult::Status::WouldBlock) return handler_.waitWritable();
    if (result.status == IoResult::Status::Failed) return sendingFailed(result.error);
  }
  if (!failed_) paySignals();
  if (!failed_) flush();
}

// Each in turn sends a share; what has more to send goes to the back.
void Port::flush() {
  if (!greeted_ || peerGone_) return;
  while (!failed_ && !backlog_.empty()) {
    auto& front = backlog_.front();
    if (!sendShare(front)) return waitForRoom();
    Pending sent = std::move(front);
    backlog_.pop_front();
    if (sent.sentBytes < sent.payload.size()) {
      noteBegun(sent);
      backlog_.push_back(std::move(sent));
      continue;
    }
    if (sent.begun) --begun_;
    backlogBytes_ -= sent.payload.size();
    complete(sent, Sent::Done);
    if (saidAgain_ && backlogBytes_ <= limits::kPortBacklogBytesMax / 2) {
      saidAgain_ = false;
      handler_.roomAgain();
    }
  }
}

// The receiver holds so many unfinished messages and no more.
void Port::noteBegun(Pending& pending) {
  if (!std::exchange(pending.begun, true)) ++begun_;
}

// False: no room, or the port has failed.
bool Port::sendShare(Pending& pending) {
  const bool tooManyBegun = !pending.begun && begun_ >= limits::kPortPartialsMax;
  const std::size_t share = tooManyBegun ? pending.payload.size() : limits::kPortShareBytes;
  const std::size_t until = std::min(pending.payload.size(), pending.sentBytes + share);
  do {
    const auto result = sendFragment(pending, pending.payload);
    if (result.status == IoResult::Status::WouldBlock) return false;
    if (result.status != IoResult::Status::Ok) {
      sendingFailed(result.error);
      return false;
    }
  } while (pending.sentBytes < until);
  return true;
}

}  // namespace sluice::port
