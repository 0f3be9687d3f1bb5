#include "core/output/chain_writer.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/base/assert.h"

namespace sluice::output {

using buffer::Slice;
using pipe::OutputResult;

void ChainWriter::appendOwned(std::string text) {
  if (text.empty() || failed_) return;
  owned_.push_back(std::move(text));
  Slice slice = Slice::ofMemory(asBytes(owned_.back()));
  slice.owner = this;
  append(slice);
}

void ChainWriter::append(const Slice& slice) {
  pending_.pushBack(slice);
  untold_ += slice.size;
}

void ChainWriter::sliceDone(std::uint32_t) { owned_.pop_front(); }

OutputResult ChainWriter::push(buffer::Chain& chain, MonoTime now) {
  if (limiter_ != nullptr) untold_ += chain.bytes();
  pending_.append(chain);
  return send(now);
}

OutputResult ChainWriter::flush(MonoTime now) { return send(now); }

pipe::OutputFilter::Readiness ChainWriter::readiness(MonoTime now) const {
  if (failed_) return Readiness::Ready;  // so that the next push tells
  if (blocked_) return Readiness::Blocked;
  if (limiter_ != nullptr && limiter_->allowance(now) == 0) return Readiness::Delayed;
  return Readiness::Ready;
}

MonoTime ChainWriter::wakeAt(MonoTime now) const { return limiter_ != nullptr ? limiter_->nextAt(now) : now; }

void ChainWriter::discard() {
  while (!pending_.empty()) {
    const Slice slice = pending_.front();
    pending_.popFront();
    slice.done();
  }
  lastSent_ = false;
  untold_ = 0;
  if (limiter_ != nullptr) limiter_->dropped();
}

void ChainWriter::setStream(Stream& stream) {
  SLUICE_ASSERT(!pending());
  stream_ = &stream;
  blocked_ = false;
}

OutputResult ChainWriter::send(MonoTime now) {
  if (failed_) return fail(error_);
  if (const auto fresh = std::exchange(untold_, 0); limiter_ != nullptr && fresh > 0) {
    limiter_->queued(static_cast<std::size_t>(fresh), now);
  }
  std::size_t turn = limits::kSendTurnBytes;
  while (true) {
    consume(0);
    if (pending_.empty()) return finish();
    const std::size_t allowance = blocked_ ? 0 : allowed(turn, now);
    if (allowance == 0) return OutputResult::again();

    std::size_t offered = 0;
    IoResult result = pending_.front().inFile() ? sendFileRange(allowance, offered) : sendMemory(allowance, offered);
    switch (result.status) {
      case IoResult::Status::Ok: break;
      case IoResult::Status::WouldBlock: blocked_ = true; return OutputResult::again();
      case IoResult::Status::Failed:
      case IoResult::Status::End: return fail(std::move(result.error));
    }
    if (SLUICE_BUG(result.bytes == 0 || result.bytes > offered)) return OutputResult::again();
    consume(result.bytes);
    sent_ += result.bytes;
    turn -= result.bytes;
    if (limiter_ != nullptr) limiter_->consumed(result.bytes, now);
    if (result.bytes < offered) blocked_ = true;
  }
}

std::size_t ChainWriter::allowed(std::size_t turn, MonoTime now) const {
  return limiter_ != nullptr ? std::min(turn, limiter_->allowance(now)) : turn;
}

IoResult ChainWriter::sendMemory(std::size_t allowance, std::size_t& offered) {
  std::array<Bytes, limits::kGatherBuffersMax> pieces;
  const std::size_t piecesMax = std::min(pieces.size(), std::max<std::size_t>(1, stream_->capabilities().buffersMax));
  std::size_t count = 0;
  for (std::size_t i = 0; i < pending_.size() && count < piecesMax && offered < allowance; ++i) {
    const Slice& slice = pending_[i];
    if (slice.inFile()) break;
    if (slice.size == 0) continue;
    pieces[count] = slice.bytes().first(std::min(slice.bytes().size(), allowance - offered));
    offered += pieces[count++].size();
  }
  return stream_->send({pieces.data(), count});
}

// Adjacent ranges of one file leave in one call.
IoResult ChainWriter::sendFileRange(std::size_t allowance, std::size_t& offered) {
  const Slice& first = pending_.front();
  if (SLUICE_BUG(!stream_->capabilities().sendFile)) {
    return IoResult::failed({Code::System, Side::Local, 0, "this stream cannot send files"});
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < pending_.size() && length < allowance; ++i) {
    const Slice& slice = pending_[i];
    if (slice.size == 0) continue;
    if (!slice.inFile() || slice.file != first.file || slice.offset != first.offset + length) break;
    length += slice.size;
  }
  offered = static_cast<std::size_t>(std::min<std::uint64_t>(length, allowance));
  IoResult result = stream_->sendFile(*first.file, first.offset, offered);
  if (result.status == IoResult::Status::End) {
    result.error = {Code::FileChanged, Side::Local, 0,
                    std::string(first.file->name()) + " ends before byte " + std::to_string(first.offset + offered) +
                        ", at byte " + std::to_string(first.offset) + " or earlier"};
  }
  return result;
}

// Takes `bytes`, and every slice that is or becomes empty, from the front of what is pending.
void ChainWriter::consume(std::size_t bytes) {
  while (!pending_.empty()) {
    Slice& front = pending_.front();
    const std::uint64_t part = std::min<std::uint64_t>(bytes, front.size);
    front.advance(part);
    bytes -= static_cast<std::size_t>(part);
    if (front.size > 0) return;
    const Slice slice = front;
    pending_.popFront();
    lastSent_ = lastSent_ || slice.last;
    slice.done();
  }
}

// All slices are with the stream; does it hold any back?
OutputResult ChainWriter::finish() {
  if (stream_->holdsBack()) {
    if (blocked_) return OutputResult::again();
    IoResult result = stream_->flush();
    if (result.status == IoResult::Status::Failed) return fail(std::move(result.error));
    if (stream_->holdsBack()) {
      blocked_ = true;
      return OutputResult::again();
    }
  }
  return std::exchange(lastSent_, false) ? OutputResult::done() : OutputResult::ok();
}

OutputResult ChainWriter::fail(Error error) {
  failed_ = true;
  error_ = std::move(error);
  discard();
  return OutputResult::failed(error_);
}

}  // namespace sluice::output
