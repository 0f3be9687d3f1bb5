// The writing half of the event pipe. "Rule" means the spec's section on writing downstream.
#include <algorithm>

#include "core/base/assert.h"
#include "core/pipe/event_pipe.h"

namespace sluice::pipe {

Outcome EventPipe::writeDownstream(MonoTime now) {
  if (!downstreamFailed_) {
    const Outcome outcome = upstreamEnded() ? (writeRest(now), Outcome::Ok) : writeWhileOpen(now);
    if (!downstreamFailed_) return outcome;
  }
  drain();  // rule 1
  return Outcome::Ok;
}

// Rule 2: nothing needs recycling any more, so everything may go at once.
void EventPipe::writeRest(MonoTime now) {
  if (turn_ == Turn::Theirs) return;
  while (!out_.empty()) handOverFront(out_);
  while (!in_.empty() && spill_ == Spill::Idle && !settings_.cacheable) handOverFront(in_);
  if (in_.empty() && spill_ == Spill::Idle && !headerIsDue()) markLast();
  const bool flush = !busy_.empty() || outputHolds();
  if (!outgoing_.empty() || (flush && downstreamReady(now))) push(now);
}

Outcome EventPipe::writeWhileOpen(MonoTime now) {
  int emptyFlushes = 0;
  bool flushed = false;
  while (!downstreamFailed_ && downstreamReady(now)) {  // rule 3
    const bool flush = collect();                       // rules 4 and 5
    if (outgoing_.empty()) {
      if (flush) {
        if (++emptyFlushes > limits::kEmptyFlushesMax) return Outcome::Busy;  // rule 6
      } else if (outputHolds() && !flushed) {
        flushed = true;  // what the output filter holds must not wait for upstream
      } else {
        return Outcome::Ok;
      }
    } else {
      emptyFlushes = 0;
    }
    push(now);
  }
  return Outcome::Ok;
}

bool EventPipe::downstreamReady(MonoTime now) const {
  return turn_ == Turn::Ours && ends_.output->readiness(now) == OutputFilter::Readiness::Ready;
}

bool EventPipe::writingCouldHelp(MonoTime now) const {
  const bool something = !out_.empty() || !busy_.empty() || (!in_.empty() && spill_ == Spill::Idle);
  return something && downstreamReady(now);
}

// Moves to outgoing_ what may be handed over now. True: a flush is wanted as well.
bool EventPipe::collect() {
  const std::size_t limit = std::max(settings_.busyLimit, blocks_.blockBytes());
  if (busyBytes_ >= limit) return true;
  while (!out_.empty()) handOverFront(out_);
  if (settings_.cacheable || spill_ == Spill::InFlight) return false;
  while (!in_.empty()) {
    const Block* block = in_.front().block;
    if (block != nullptr && block->busySlices == 0 && busyBytes_ + block->capacity > limit) return true;
    handOverFront(in_);
  }
  return false;
}

void EventPipe::handOverFront(buffer::Chain& chain) {
  Slice slice = chain.front();
  chain.popFront();
  slice.owner = this;
  slice.ticket = firstTicket_ + static_cast<std::uint32_t>(busy_.size());
  slice.recyclable = slice.block != nullptr && !upstreamEnded();
  if (slice.block != nullptr && slice.block->busySlices++ == 0) busyBytes_ += slice.block->capacity;
  busy_.pushBack(slice);
  outgoing_.pushBack(slice);
}

// The message is whole and all of it was handed over: its last slice says so. A cut message has no last slice.
void EventPipe::markLast() {
  if (!lastIsDue()) return;
  lastMarked_ = true;
  if (outgoing_.empty()) outgoing_.pushBack(Slice::ofMemory({}));
  outgoing_.back().last = true;
}

// Rule 7: what was sent is reclaimed before the result is looked at; otherwise an error would strand blocks.
void EventPipe::push(MonoTime now) {
  if (!outgoing_.empty()) writeProgress_ = true;
  const std::uint64_t sent = sent_;
  OutputResult result = ends_.output->push(outgoing_, now);
  reclaim();
  outputStatus_ = result.status;
  if (result.status != OutputResult::Status::Failed) return;
  sent_ = sent;  // how much of it got out before the failure, only the stream knows
  downstreamFailed_ = true;
  downstreamError_ = std::move(result.error);
}

void EventPipe::sliceDone(std::uint32_t ticket) {
  const std::uint32_t index = ticket - firstTicket_;
  SLUICE_ASSERT(index < busy_.size() && busy_[index].owner != nullptr);
  busy_[index].owner = nullptr;
}

// Rule 8.
void EventPipe::reclaim() {
  while (!busy_.empty() && busy_.front().owner == nullptr) {
    const Slice slice = busy_.front();
    busy_.popFront();
    ++firstTicket_;
    sent_ += slice.size;
    writeProgress_ = true;
    if (slice.block != nullptr) {
      if (--slice.block->busySlices == 0) busyBytes_ -= slice.block->capacity;
      releaseSlice(slice, FreeAt::Front);
    } else if (slice.inFile() && slice.end() == spillEnd_ && settings_.cyclicSpill && !settings_.cacheable) {
      spillEnd_ = 0;  // all of the file was sent, and nothing is being written: it would lie behind this slice
    }
  }
}

void EventPipe::discardBusy() {
  if (busy_.empty()) return;
  const std::uint64_t sent = sent_;
  ends_.output->discard();
  reclaim();
  sent_ = sent;  // discarded is not sent
}

// Downstream is lost. A cacheable pipe keeps what it has not recorded yet and goes on reading.
void EventPipe::drain() {
  discardBusy();
  out_.clear();
  outputStatus_ = OutputResult::Status::Ok;
  if (!settings_.cacheable) releaseAll(in_, FreeAt::Front);
}

}  // namespace sluice::pipe
