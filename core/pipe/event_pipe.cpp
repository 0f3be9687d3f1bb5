#include "core/pipe/event_pipe.h"

#include <algorithm>

#include "core/base/assert.h"

namespace sluice::pipe {

EventPipe::~EventPipe() { SLUICE_ASSERT(idle()); }

void EventPipe::start(const Settings& settings, const Ends& ends, Bytes preread) {
  SLUICE_ASSERT(idle() && (ends.spill != nullptr || !settings.cacheable));
  settings_ = settings;
  ends_ = ends;
  preread_ = preread;
  blocks_.start(*ends.pool, settings.maxBlocks);

  phase_ = Phase::Running;
  upstream_ = Upstream::Open;
  turn_ = Turn::Ours;
  readStop_ = ReadStop::WouldBlock;
  outputStatus_ = OutputResult::Status::Ok;
  downstreamFailed_ = lastMarked_ = headerRecorded_ = false;
  upstreamError_ = downstreamError_ = error_ = {};
  writingAt_ = spillEnd_ = spillPeak_ = received_ = passed_ = sent_ = 0;
  excess_ = {};

  if (ends.filter->due() == std::uint64_t{0}) {  // a message without a body
    endUpstream(Upstream::Done);
    takePreread();
  }
}

Outcome EventPipe::process(DoWrite doWrite, MonoTime now) {
  turnReceived_ = 0;
  sourceIsDry_ = false;
  bool write = doWrite == DoWrite::Yes || upstreamEnded();  // then nothing but writing is left
  auto outcome = Outcome::Ok;
  while (phase_ == Phase::Running && error_.code == Code::None) {
    writeProgress_ = readProgress_ = false;
    if (write || downstreamFailed_) {
      outcome = writeDownstream(now);
      if (outcome != Outcome::Ok) break;
    }
    readStop_ = readUpstream(now);
    invariants();
    // Blocked only because a write must come first: worth another round unless the last write moved nothing either.
    const bool writeFirst = readStop_ == ReadStop::WriteFirst && (!write || writeProgress_);
    if (!readProgress_ && !writeFirst) break;
    write = true;
  }
  updatePhase();
  return phase_ == Phase::Aborted ? Outcome::Abort : outcome;
}

void EventPipe::adapt(const Settings& settings) {
  settings_.maxBlocks = std::max(settings_.maxBlocks, settings.maxBlocks);
  settings_.busyLimit = std::max(settings_.busyLimit, settings.busyLimit);
  settings_.delivery = settings.delivery;
  blocks_.allow(settings_.maxBlocks);
}

Wants EventPipe::wants(MonoTime now) const {
  Wants wants;
  if (phase_ != Phase::Running) return wants;
  if (!upstreamEnded()) {
    wants.read = readStop_ == ReadStop::WouldBlock;
    wants.turn = readStop_ == ReadStop::TurnOver;
    if (wants.read) wants.readTimeout = settings_.readTimeout;
    // A side that is delayed by its limiter has no I/O timer, only the limiter's wake-up.
    if (readStop_ == ReadStop::Delayed) wants.wakeAt = ends_.readLimiter->nextAt(now);
  }
  const bool toSend = outputHolds() || !busy_.empty() || !out_.empty() || !in_.empty();
  if (turn_ == Turn::Theirs || downstreamFailed_ || !toSend) return wants;

  switch (ends_.output->readiness(now)) {
    case OutputFilter::Readiness::Ready: wants.turn = wants.turn || outputHolds(); break;
    case OutputFilter::Readiness::Blocked:
      wants.write = true;
      wants.sendTimeout = settings_.sendTimeout;
      wants.sendLowWater = settings_.sendLowWater;
      break;
    case OutputFilter::Readiness::Delayed: {
      const MonoTime at = ends_.output->wakeAt(now);
      wants.wakeAt = wants.wakeAt ? std::min(*wants.wakeAt, at) : at;
      break;
    }
    case OutputFilter::Readiness::WaitsForFile: break;
  }
  return wants;
}

void EventPipe::failUpstream(Error error) {
  if (phase_ == Phase::Running && !upstreamEnded()) endOfStream(IoResult::failed(std::move(error)));
}

void EventPipe::failDownstream(Error error) {
  if (phase_ != Phase::Running || downstreamFailed_) return;
  downstreamFailed_ = true;
  downstreamError_ = std::move(error);
}

void EventPipe::close() {
  if (phase_ == Phase::Running) leaveRunning(Phase::Stopped);
}

void EventPipe::blockGivenBack() {
  blocks_.lend(0);
  if (phase_ != Phase::Running) releaseFree();
}

void EventPipe::releaseFree() {
  if (Block* head = blocks_.head(); head != nullptr && !blocks_.lent()) head->rewind();
  blocks_.releaseUnused();
}

void EventPipe::updatePhase() {
  if (phase_ != Phase::Running) return;
  const bool recorded = in_.empty() && spill_ == Spill::Idle && !headerIsDue();
  if (error_.code != Code::None) {
    leaveRunning(Phase::Aborted);
  } else if (downstreamFailed_) {
    if (!settings_.cacheable || (upstreamEnded() && recorded)) leaveRunning(Phase::Stopped);
  } else if (upstreamEnded() && recorded && out_.empty() && busy_.empty() && !outputHolds() && !lastIsDue()) {
    leaveRunning(Phase::Complete);
  }
}

// Every block that is not lent to a write or a receive goes back to its pool.
void EventPipe::leaveRunning(Phase phase) {
  phase_ = phase;
  discardBusy();
  out_.clear();
  releaseAll(in_, FreeAt::Front);
  preread_ = {};
  releaseFree();
  invariants();
}

// See the table of invariants in the spec; those that one state can show are checked after each step.
void EventPipe::invariants() const {
#ifdef SLUICE_INVARIANTS
  SLUICE_ASSERT(blocks_.held() <= std::max<std::size_t>(1, settings_.maxBlocks));
  SLUICE_ASSERT(outgoing_.empty());
  std::size_t slices = 0;
  std::size_t distinct = 0;
  std::size_t busyBytes = 0;
  const Block* previous = nullptr;
  const auto count = [&](const buffer::Chain& chain, bool busy) {
    for (std::size_t i = 0; i < chain.size(); ++i) {
      const Block* block = chain[i].block;
      if (block == nullptr) continue;
      ++slices;
      if (block == previous) continue;
      SLUICE_ASSERT(block->slices > 0);
      previous = block;
      // A block whose slices are spread over several chains is counted where its first slice is met.
      if (busy) busyBytes += block->capacity;
      if (!block->isFree) ++distinct;
    }
  };
  count(busy_, true);
  count(writing_, false);
  count(in_, false);
  SLUICE_ASSERT(busyBytes == busyBytes_);
  SLUICE_ASSERT(distinct + blocks_.freeCount() == blocks_.held());
  std::size_t references = 0;
  std::size_t listed = 0;
  for (const Block* block = blocks_.head(); block != nullptr; block = block->next, ++listed) {
    SLUICE_ASSERT(block->isFree && block->room() > 0);
    SLUICE_ASSERT(block == blocks_.head() || (block->filled == 0 && block->slices == 0));
    references += block->slices;
  }
  SLUICE_ASSERT(listed == blocks_.freeCount() && references <= slices);
  if (settings_.singleBuf && blocks_.lent()) SLUICE_ASSERT(blocks_.head()->slices == 0);
  if (!settings_.cacheable) SLUICE_ASSERT(spillPeak_ <= settings_.maxSpillSize);
#endif
}

}  // namespace sluice::pipe
