// The event pipe's use of its spill file. "Rule" means the spec's section on the spill file.
#include <algorithm>

#include "core/base/assert.h"
#include "core/pipe/event_pipe.h"

namespace sluice::pipe {

// Starts a write if one is possible and worth it. False: nothing could be spilled.
bool EventPipe::spill() {
  if (ends_.spill == nullptr || spill_ == Spill::InFlight) return false;
  const std::size_t count = settings_.cacheable ? in_.size() : spillBatch();
  if (count == 0 && !headerIsDue()) return false;

  pieces_.clear();
  std::uint64_t size = 0;
  const std::uint64_t at = spillEnd_;
  writingAt_ = at;
  if (headerIsDue()) {  // so that the file is a complete record from its first byte
    headerRecorded_ = true;
    pieces_.push_back(settings_.recordHeader.bytes());
    size = settings_.recordHeader.size;
    writingAt_ += size;
  }
  for (std::size_t i = 0; i < count; ++i) {
    pieces_.push_back(in_.front().bytes());
    size += in_.front().size;
    writing_.pushBack(in_.front());
    in_.popFront();
  }
  spillEnd_ += size;
  spillPeak_ = std::max(spillPeak_, spillEnd_);
  spill_ = Spill::InFlight;
  ends_.spill->write(pieces_, at);
  return true;
}

// How many slices at the front of in_ fit into one write. The slices of one block stay together, so that the write
// frees it.
std::size_t EventPipe::spillBatch() const {
  if (settings_.overflow == Overflow::Backpressure) return 0;
  const std::uint64_t writeMax = std::max(settings_.spillWriteSize, blocks_.blockBytes());
  const std::uint64_t fileRoom = settings_.maxSpillSize - std::min(settings_.maxSpillSize, spillEnd_);
  const std::uint64_t room = std::min(writeMax, fileRoom);
  std::size_t whole = 0;
  std::uint64_t size = 0;
  for (std::size_t i = 0; i < in_.size(); ++i) {
    size += in_[i].size;
    if (size > room) break;
    const bool lastOfBlock = i + 1 == in_.size() || in_[i].block == nullptr || in_[i + 1].block != in_[i].block;
    if (lastOfBlock) whole = i + 1;
  }
  return whole;
}

void EventPipe::spillWritten(Result<void> result) {
  SLUICE_ASSERT(spill_ == Spill::InFlight);
  spill_ = Spill::Idle;
  if (!result && settings_.cacheable && settings_.recordFailure == RecordFailure::GoOn && phase_ == Phase::Running) {
    return giveUpRecord();
  }
  const std::uint64_t size = writing_.bytes();
  releaseAll(writing_, FreeAt::Tail);
  if (phase_ != Phase::Running) {
    blocks_.releaseUnused();
  } else if (!result) {
    error_ = std::move(result.error());
  } else if (!downstreamFailed_ && size > 0) {
    joinOut(writingAt_, size);
  }
}

// What was to be written goes downstream from memory, and so does everything behind it.
void EventPipe::giveUpRecord() {
  settings_.cacheable = false;
  settings_.overflow = Overflow::Backpressure;
  settings_.maxSpillSize = std::max(settings_.maxSpillSize, spillPeak_);  // what was written stays until it is sent
  writing_.append(in_);
  std::swap(writing_, in_);
}

// A range that continues the last one extends it.
void EventPipe::joinOut(std::uint64_t offset, std::uint64_t size) {
  if (!out_.empty() && out_.back().end() == offset) {
    out_.back().size += size;
  } else {
    out_.pushBack(Slice::ofFile(ends_.spill->file(), offset, size));
  }
}

void EventPipe::releaseAll(buffer::Chain& chain, FreeAt where) {
  for (; !chain.empty(); chain.popFront()) releaseSlice(chain.front(), where);
}

// With its last slice, a block is free again.
void EventPipe::releaseSlice(const Slice& slice, FreeAt where) {
  Block* block = slice.block;
  if (block == nullptr || --block->slices > 0) return;
  if (block->isFree) {  // the partly filled head of free-raw, all of whose bytes are consumed: it starts anew
    if (block->pending().empty()) block->rewind();
  } else {
    recycle(block, where);
  }
}

void EventPipe::recycle(Block* block, FreeAt where) {
  if (block->isKept) {
    blocks_.exchange(block);
  } else if (where == FreeAt::Front) {
    blocks_.putBack(block);
  } else {
    blocks_.putBackAtTail(block);
  }
}

}  // namespace sluice::pipe
