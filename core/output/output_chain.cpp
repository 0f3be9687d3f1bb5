#include "core/output/output_chain.h"

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

#include "core/base/assert.h"

namespace sluice::output {

using buffer::Slice;
using pipe::OutputResult;

OutputChain::OutputChain(pipe::OutputFilter& next, const Demands& demands, FileReader* reader, const CopyBuffers& bufs)
    : next_(next), demands_(demands), reader_(reader), bufs_(bufs) {
  SLUICE_ASSERT(bufs.count > 0 && bufs.size > 0);
}

OutputChain::~OutputChain() {
  SLUICE_ASSERT(!reading());
  for (CopyBuffer& copy : buffers_) {
    if (copy.state != CopyBuffer::State::Gone) release(copy);
  }
}

void OutputChain::setDemands(const Demands& demands) {
  SLUICE_ASSERT(!pending() && !reading());
  demands_ = demands;
}

OutputResult OutputChain::push(buffer::Chain& chain, MonoTime now) {
  // Rule 1, the short path.
  if (!pending() && read_ == Read::None && allPass(chain)) return next_.push(chain, now);
  in_.append(chain);
  return run(now);
}

pipe::OutputFilter::Readiness OutputChain::readiness(MonoTime now) const {
  return reading() ? Readiness::WaitsForFile : next_.readiness(now);
}

// Rules 2, 3 and 8.
OutputResult OutputChain::run(MonoTime now) {
  OutputResult last;
  for (bool called = false;; called = true) {
    const Fill fill = fillBatch();
    if (fill == Fill::Failed) return fail(error_);
    if (called && batch_.empty()) {
      invariants();
      return fill == Fill::Complete ? last : OutputResult::again();
    }
    last = next_.push(batch_, now);
    recycle();
    if (last.status == OutputResult::Status::Failed) {
      discard();
      return last;
    }
  }
}

OutputChain::Fill OutputChain::fillBatch() {
  if (read_ == Read::InFlight || read_ == Read::Abandoned) return Fill::Reading;
  if (read_ == Read::Finished && !finishRead()) return Fill::Failed;
  while (!in_.empty()) {
    const Slice& front = in_.front();
    if (front.size == 0 && !front.isFlagged()) {
      dropEmpty();
    } else if (passesAsItIs(front)) {
      batch_.pushBack(front);
      in_.popFront();
    } else {
      if (!acquire(front)) return Fill::NoBuffer;
      const Fill fill = copyFront();
      if (fill != Fill::Complete) return fill;
    }
  }
  return Fill::Complete;
}

bool OutputChain::passesAsItIs(const Slice& slice) const {
  if (slice.size == 0) return true;
  switch (slice.kind) {
    case Slice::Kind::Memory: return true;
    case Slice::Kind::ReadOnly: return !demands_.needInTemp;
    case Slice::Kind::File:
      return demands_.sendFile && !demands_.needInMemory && !demands_.needInTemp && !slice.file->isDirect();
  }
  return false;
}

bool OutputChain::allPass(const buffer::Chain& chain) const {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const Slice& slice = chain[i];
    if ((slice.size == 0 && !slice.isFlagged()) || !passesAsItIs(slice)) return false;
  }
  return true;
}

// Rule 2: somebody made a slice of nothing, which could go round for ever.
void OutputChain::dropEmpty() {
  const Slice slice = in_.front();
  in_.popFront();
  slice.done();
  if (emptyReported_) return;
  emptyReported_ = true;
  const std::string what = "a slice of zero bytes without a flag: " +
                           (slice.inFile() ? std::string(slice.file->name()) + " at " + std::to_string(slice.offset)
                                           : std::string(slice.block != nullptr ? "of a block" : "of plain memory")) +
                           ", ticket " + std::to_string(slice.ticket);
  reportBug(what.c_str(), __FILE__, __LINE__);
}

// Rule 3. True: filling_ is a buffer with room for (a part of) the slice.
bool OutputChain::acquire(const Slice& slice) {
  const bool direct = slice.inFile() && slice.file->isDirect();
  const std::size_t unaligned = direct ? slice.offset % demands_.alignment : 0;
  const auto free = std::find_if(buffers_.begin(), buffers_.end(),
                                 [](const CopyBuffer& copy) { return copy.state == CopyBuffer::State::Free; });
  if (free != buffers_.end() && unaligned == 0) {
    free->state = CopyBuffer::State::Filling;
    filling_ = static_cast<std::size_t>(free - buffers_.begin());
    return true;
  }
  if (!batch_.empty()) return false;  // it may bring buffers back
  if (allocated_ == bufs_.count) {
    if (free == buffers_.end()) return false;
    release(*free);  // the unaligned part takes its place
  }
  const std::size_t exact = exactSize(slice);
  filling_ = exact > 0 ? allocate(exact, true) : allocate(bufs_.size, false);
  return true;
}

// Rules 4 and 5: the size of a buffer made for this slice alone; 0: a normal one will do.
std::size_t OutputChain::exactSize(const Slice& slice) const {
  const bool direct = slice.inFile() && slice.file->isDirect();
  if (direct && slice.offset % demands_.alignment != 0) {
    const std::uint64_t toBoundary = demands_.alignment - slice.offset % demands_.alignment;
    return static_cast<std::size_t>(std::min(toBoundary, slice.size));
  }
  if (!slice.last) return 0;
  const bool oneRoundMore = bufs_.count == 1 && !direct && slice.size < bufs_.size + bufs_.size / 4;
  return slice.size < bufs_.size || oneRoundMore ? static_cast<std::size_t>(slice.size) : 0;
}

// Copies as much of the front slice as the buffer takes.
OutputChain::Fill OutputChain::copyFront() {
  const Slice& front = in_.front();
  CopyBuffer& copy = buffers_[filling_];
  if (front.inFile()) return startRead(front, copy);
  const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(front.size, copy.size));
  std::memcpy(copy.data, front.data, count);
  emitCopy(count);
  return Fill::Complete;
}

// Rule 6. Rule 5: a part whose start or length is not aligned is read with direct I/O turned off.
OutputChain::Fill OutputChain::startRead(const Slice& slice, CopyBuffer& into) {
  if (SLUICE_BUG(reader_ == nullptr)) {
    error_ = {Code::System, Side::Local, 0, "no reader for " + std::string(slice.file->name())};
    return Fill::Failed;
  }
  readAsked_ = static_cast<std::size_t>(std::min<std::uint64_t>(slice.size, into.size));
  readFile_ = slice.file;
  const bool aligned = (slice.offset | readAsked_) % demands_.alignment == 0;
  readBuffered_ = slice.file->isDirect() && !aligned;
  // A failure is logged by the file; either way the read can be tried.
  if (readBuffered_) (void)slice.file->setDirect(false);
  read_ = Read::InFlight;
  reader_->read(*slice.file, slice.offset, {into.data, readAsked_}, *this);
  return Fill::Reading;
}

void OutputChain::fileRead(Result<std::size_t> result) {
  SLUICE_ASSERT(reading());
  if (readBuffered_) (void)readFile_->setDirect(true);
  readBuffered_ = false;
  readResult_ = std::move(result);
  if (read_ == Read::Abandoned) {
    read_ = Read::None;
    release(buffers_[filling_]);
    filling_ = kNone;
  } else {
    read_ = Read::Finished;
  }
}

bool OutputChain::finishRead() {
  read_ = Read::None;
  if (!readResult_) {
    error_ = readResult_.error();
    return false;
  }
  if (*readResult_ != readAsked_) {
    const Slice& slice = in_.front();
    error_ = {Code::FileChanged, Side::Local, 0,
              std::string(slice.file->name()) + ": " + std::to_string(*readResult_) + " bytes at byte " +
                  std::to_string(slice.offset) + ", " + std::to_string(readAsked_) + " expected"};
    return false;
  }
  emitCopy(readAsked_);
  return true;
}

// The filled buffer follows the batch, in the place of the first `bytes` of the front slice.
void OutputChain::emitCopy(std::size_t bytes) {
  CopyBuffer& copy = buffers_[filling_];
  copy.state = CopyBuffer::State::Busy;
  ++busyBuffers_;
  copied_ += bytes;
  Slice slice = Slice::ofMemory({copy.data, bytes}, Slice::Kind::Memory);
  slice.owner = this;
  slice.ticket = static_cast<std::uint32_t>(filling_);
  slice.recyclable = true;
  filling_ = kNone;

  Slice& source = in_.front();
  source.advance(bytes);
  if (source.size == 0) {  // rule 2: its flags go with its last bytes
    slice.flush = source.flush;
    slice.last = source.last;
    const Slice consumed = source;
    in_.popFront();
    consumed.done();
  }
  batch_.pushBack(slice);
}

void OutputChain::sliceDone(std::uint32_t ticket) {
  CopyBuffer& copy = buffers_[ticket];
  SLUICE_ASSERT(copy.state == CopyBuffer::State::Busy);
  copy.state = CopyBuffer::State::Sent;
  --busyBuffers_;
}

// Rule 7.
void OutputChain::recycle() {
  for (CopyBuffer& copy : buffers_) {
    if (copy.state != CopyBuffer::State::Sent) continue;
    if (copy.exact) {
      release(copy);
    } else {
      copy.state = CopyBuffer::State::Free;
    }
  }
}

std::size_t OutputChain::allocate(std::size_t size, bool exact) {
  auto place = std::find_if(buffers_.begin(), buffers_.end(),
                            [](const CopyBuffer& copy) { return copy.state == CopyBuffer::State::Gone; });
  if (place == buffers_.end()) place = buffers_.insert(place, CopyBuffer{});
  void* memory = ::operator new (size, std::align_val_t{demands_.alignment});
  *place = {static_cast<std::byte*>(memory), size, CopyBuffer::State::Filling, exact};
  ++allocated_;
  return static_cast<std::size_t>(place - buffers_.begin());
}

void OutputChain::release(CopyBuffer& copy) {
  ::operator delete (copy.data, std::align_val_t{demands_.alignment});
  copy = {};
  --allocated_;
}

void OutputChain::discard() {
  for (; !in_.empty();) {
    const Slice slice = in_.front();
    in_.popFront();
    slice.done();
  }
  next_.discard();
  if (read_ == Read::InFlight) {
    read_ = Read::Abandoned;  // its buffer and file stay until it completes
  } else if (read_ == Read::Finished) {
    read_ = Read::None;
    release(buffers_[filling_]);
    filling_ = kNone;
  }
  recycle();
}

OutputResult OutputChain::fail(Error error) {
  if (filling_ != kNone) {
    release(buffers_[filling_]);
    filling_ = kNone;
  }
  while (!batch_.empty()) {
    const Slice slice = batch_.front();
    batch_.popFront();
    slice.done();
  }
  discard();
  return OutputResult::failed(std::move(error));
}

void OutputChain::invariants() const {
#ifdef SLUICE_INVARIANTS
  SLUICE_ASSERT(allocated_ <= bufs_.count && batch_.empty());
  std::size_t present = 0;
  std::size_t busy = 0;
  for (const CopyBuffer& copy : buffers_) {
    present += copy.state != CopyBuffer::State::Gone;
    busy += copy.state == CopyBuffer::State::Busy;
  }
  SLUICE_ASSERT(present == allocated_ && busy == busyBuffers_);
  SLUICE_ASSERT((filling_ != kNone) == (read_ != Read::None));
#endif
}

}  // namespace sluice::output
