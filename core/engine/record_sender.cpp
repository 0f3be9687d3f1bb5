#include "core/engine/record_sender.h"

#include <algorithm>
#include <asio/post.hpp>
#include <cstring>
#include <utility>

#include "core/base/assert.h"
#include "core/capture/record_codec.h"
#include "core/engine/clock.h"
#include "core/engine/worker_messages.h"
#include "core/port/wire.h"

namespace sluice::engine {
namespace {

constexpr std::size_t kLengthBytes = sizeof(std::uint32_t);

std::uint64_t bodyNumber(ExchangeId exchange, capture::Direction direction) {
  return exchange.value * 2 + static_cast<std::uint64_t>(direction);
}

}  // namespace

void RecordSender::attach(asio::io_context& loop, port::Port& port) {
  loop_ = &loop;
  port_ = &port;
  sendAt_.emplace(loop, [this] { flush(); });
  blocks_.attach(port.memory(), [this] {
    port_->memory().memoryFreed();
    asio::post(*loop_, [this] { roomAgain(); });
  });
}

bool RecordSender::recordBody(ExchangeId exchange, capture::Direction direction, Bytes bytes, buffer::Block* block) {
  auto* shared = SharedBlocks::shared(block);
  if (shared != nullptr && refer(exchange, direction, bytes, *shared)) return true;
  return record(capture::BodyChunk{exchange, direction, std::string(asText(bytes))});
}

// False: it has to be copied. What waits goes first, and a block is sent once.
bool RecordSender::refer(ExchangeId exchange, capture::Direction direction, Bytes bytes, SharedBlock& block) {
  using Recorded = SharedBlock::Recorded;
  if (!backlog_.empty() || bytes.size() < limits::kReferencedBytesMin) return false;
  const bool full = block.recorded == Recorded::No && packed_.size() >= limits::kWorkerBodiesPerMessage;
  if (full && !sendPacked()) return false;
  if (packing_ && packing_.room().size() < kLengthBytes + sizeof(BodyReference) && !sendPacked()) return false;
  if (!beginPacking() || block.recorded == Recorded::Sent) return false;
  if (block.recorded == Recorded::No) {
    block.recorded = Recorded::Packed;
    block.isKept = true;
    block.buffer.size = block.filled;
    packed_.push_back(&block);
  }
  BodyReference reference{exchange.value, static_cast<std::uint32_t>(direction)};
  reference.buffer = static_cast<std::uint32_t>(std::find(packed_.begin(), packed_.end(), &block) - packed_.begin() + 1);
  reference.offset = static_cast<std::uint32_t>(bytes.data() - block.data);
  reference.size = static_cast<std::uint32_t>(bytes.size());
  append(port::bytesOf(kIsReference));
  append(port::bytesOf(reference));
  if ((referredBytes_ += bytes.size()) >= limits::kChunkBytes) flushAfterTurn();
  return true;
}

// Not by sendAt_: a timer fires some turns later, with more and colder chunks on their way, which was measured as half as much again.
void RecordSender::flushAfterTurn() {
  if (std::exchange(flushesAfterTurn_, true)) return;
  asio::post(*loop_, [this] {
    flushesAfterTurn_ = false;
    if (sendAt_) flush();
  });
}

bool RecordSender::record(capture::Record record) {
  scratch_.clear();
  capture::encode(record, scratch_);
  if (const auto* end = std::get_if<capture::ExchangeEnded>(&record)) countCut(*end);
  if (!backlog_.empty() && !port_->memory().isWaiting()) roomAgain();  // nobody will tell of room
  const Bytes left = backlog_.empty() ? pack(asBytes(scratch_)) : asBytes(scratch_);
  if (left.empty()) return true;
  const std::size_t packed = scratch_.size() - left.size();  // what has begun is kept whole
  if (packed == 0 && !judge(record, left.size())) return std::holds_alternative<capture::ExchangeProgress>(record) ||
                                              std::holds_alternative<capture::ClientIdentified>(record);
  if (backlog_.empty()) {
    counters_.backPressure.add(1);
    frontPacked_ = packed;
  }
  backlogBytes_ += left.size();
  backlog_.push_back(std::move(scratch_));
  publish();
  return true;
}

// Whether a record that found no chunk is kept. What belongs to an exchange or a connection that began is always kept, but for
// bodies and how far they are: there is little at most for each, and nothing for those that were refused.
bool RecordSender::judge(const capture::Record& record, std::size_t bytes) {
  if (const auto* chunk = std::get_if<capture::BodyChunk>(&record)) {
    return judgeBody(chunk->exchange, chunk->direction, chunk->bytes.size(), bytes);
  }
  if (const auto* message = std::get_if<capture::MessagePassed>(&record)) {
    if (backlogBytes_ + bytes <= limits_.bodyBytesMax) return true;
    counters_.refusedBodyBytes.add(message->payload.size());
    return false;
  }
  if (backlogBytes_ + bytes <= limits_.allBytesMax) return true;
  if (std::holds_alternative<capture::ExchangeStarted>(record)) {
    counters_.droppedExchanges.add(1);
    return false;
  }
  return !std::holds_alternative<capture::ConnectionOpened>(record) &&
         !std::holds_alternative<capture::ClientIdentified>(record) &&
         !std::holds_alternative<capture::ExchangeProgress>(record);
}

// Once cut, a body stays cut: what is stored is a beginning of it, without a gap.
bool RecordSender::judgeBody(ExchangeId exchange, capture::Direction direction, std::size_t payload, std::size_t bytes) {
  const auto number = bodyNumber(exchange, direction);
  if (!cutBodies_.contains(number) && backlogBytes_ + bytes <= limits_.bodyBytesMax) return true;
  if (payload > 0) cutBodies_.insert(number);
  return false;
}

// How much of each body is missing is known when it has ended: what is beyond the limit for captured bodies is not missed.
void RecordSender::countCut(const capture::ExchangeEnded& end) {
  for (const auto& [direction, totals] : {std::pair(capture::Direction::Request, &end.request),
                                          std::pair(capture::Direction::Response, &end.response)}) {
    if (cutBodies_.erase(bodyNumber(end.exchange, direction)) == 0) continue;
    const auto wanted = std::min(totals->bytes, limits_.capturedBytesMax);
    counters_.refusedBodyBytes.add(wanted - std::min(wanted, totals->capturedBytes));
    counters_.cutBodies.add(1);
  }
}

// What is left of it: there is no chunk.
Bytes RecordSender::pack(Bytes record) {
  while (!record.empty()) {
    const auto wanted = std::min(kLengthBytes + record.size(), limits::kChunkBytes);
    if (packing_ && packing_.room().size() < wanted && !sendPacked()) break;
    if (!beginPacking()) break;
    const auto piece = record.first(wanted - kLengthBytes);
    record = record.subspan(piece.size());
    append(port::bytesOf(static_cast<std::uint32_t>(piece.size()) | (record.empty() ? 0 : kGoesOn)));
    append(piece);
  }
  return record;
}

// False: there is no chunk.
bool RecordSender::beginPacking() {
  if (packing_) return true;
  packing_ = port_->allocate(limits::kChunkBytes);
  if (!packing_) wakeReader();  // who has the chunks may be waiting
  if (packing_ && unread_ == 0 && sendAt_) sendAt_->set(readClocks().mono + limits_.heldBack);
  return static_cast<bool>(packing_);
}

// REQUIRES: there is room for it.
void RecordSender::append(Bytes bytes) {
  std::memcpy(packing_.room().data(), bytes.data(), bytes.size());
  packing_.size += static_cast<std::uint32_t>(bytes.size());
}

// False: the queue of the port is full.
bool RecordSender::sendPacked() {
  sending_.assign(1, packing_);
  for (const auto* block : packed_) sending_.push_back(block->buffer);
  port::Outgoing message;
  message.type = static_cast<std::uint8_t>(WorkerMessage::Records);
  message.buffers = sending_;
  message.goesOnReading = !packed_.empty();
  message.wakesReader = false;
  const auto sent = port_->send(message);
  if (sent == port::Sent::Again) return false;
  // After a failure there is nobody who could free anything, and this process ends.
  if (message.goesOnReading) port_->memory().letGo(packing_);
  packing_ = {};
  referredBytes_ = 0;
  for (auto* block : std::exchange(packed_, {})) blocks_.sent(*block);
  counters_.recordMessages.add(1);
  if (++unread_ >= limits::kRecordMessagesAtOnce || message.goesOnReading) wakeReader();
  publish();
  return true;
}

void RecordSender::wakeReader() {
  if (unread_ == 0) return;
  unread_ = 0;
  if (!packing_ && sendAt_) sendAt_->clear();
  port_->wakeReader();
}

void RecordSender::flush() {
  if (packing_) sendPacked();
  wakeReader();
}

void RecordSender::roomAgain() {
  while (!backlog_.empty()) {
    const Bytes waiting = asBytes(backlog_.front()).subspan(frontPacked_);
    const Bytes left = pack(waiting);
    backlogBytes_ -= waiting.size() - left.size();
    frontPacked_ += waiting.size() - left.size();
    if (!left.empty()) break;
    backlog_.pop_front();
    frontPacked_ = 0;
  }
  if (backlog_.empty()) flush();
  publish();
}

void RecordSender::publish() { counters_.backlogBytes.store(backlogBytes_); }

}  // namespace sluice::engine
