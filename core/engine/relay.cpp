#include "core/engine/relay.h"

#include <algorithm>
#include <tuple>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/capture/body_file.h"

namespace sluice::engine {

Relay::Relay(const Means& means, std::function<void()> cameBack) : means_(means), cameBack_(std::move(cameBack)) {}

// Whoever receives through a file has the whole of it there in the end, without a copy. What is small, larger than what is
// kept, or framed inside the file is copied as it passes instead.
bool Relay::becomesBodyFile(const http1::Framing& framing, const pipe::Settings& settings) const {
  return recorded_.sink != nullptr && !means_.bodyDirectory.empty() && settings.overflow == pipe::Overflow::Spill &&
         framing.kind == http1::Framing::Kind::Length && framing.length > limits::kInlineBodyBytesMax &&
         framing.length <= recorded_.bytesMax;
}

void Relay::makeSpillFile(std::filesystem::path stayAs) {
  spill_.emplace(
      means_.files, means_.spillDirectory, [this](Result<void> result) { spillEnded(std::move(result)); }, std::move(stayAs));
}

void Relay::spillEnded(Result<void> result) {
  pipe_.spillWritten(std::move(result));
  if (active_ && inBodyFile_ && spill_->keptBytes() > totals_.capturedBytes) {
    totals_.capturedBytes = spill_->keptBytes();
    recorded_.sink->record(capture::BodyInFile{recorded_.exchange, recorded_.direction, totals_.capturedBytes});
  }
  cameBack_();
}

void Relay::givenBack() {
  pipe_.blockGivenBack();
  if (!active_) cameBack_();
}

void Relay::start(Link& from, Link& to, Side fromSide, const http1::Framing& framing, Bytes preread,
                  pipe::Settings settings, const Recorded& recorded) {
  SLUICE_ASSERT(isIdle());
  pipe::Ends ends;
  switch (framing.kind) {
    case http1::Framing::Kind::None: ends.filter = &filter_.emplace<pipe::LengthFilter>(0, fromSide); break;
    case http1::Framing::Kind::Length:
      ends.filter = &filter_.emplace<pipe::LengthFilter>(framing.length, fromSide);
      break;
    case http1::Framing::Kind::Chunked:
      ends.filter = &filter_.emplace<pipe::ChunkedFilter>(pipe::ChunkedFilter::Mode::Pass, fromSide);
      break;
    case http1::Framing::Kind::UntilClose: ends.filter = &filter_.emplace<pipe::CopyFilter>(); break;
  }
  ends.source = &from;
  ends.lender = this;
  settings.singleBuf = from.lends();
  ends.output = &to.output();
  recorded_ = recorded;
  delivery_ = settings.delivery;
  totals_ = {};
  inBodyFile_ = becomesBodyFile(framing, settings);
  ends.pool = &blocksFor(recorded);
  settings.cacheable = inBodyFile_;
  settings.recordFailure = pipe::RecordFailure::GoOn;
  spill_.reset();
  if (settings.overflow == pipe::Overflow::Spill) {
    const auto name = capture::bodyFileName(recorded.exchange, recorded.direction);
    makeSpillFile(inBodyFile_ ? means_.bodyDirectory / name : std::filesystem::path());
    ends.spill = &*spill_;
  }
  ends.tap = this;
  to_ = &to;
  splice_.reset();
  bytesSpliced_ = 0;
  spliced_ = muchPassed_ = false;
  // Nobody looks at the bytes, nothing counts them but us, and both ends are the streams themselves.
  const bool plain = framing.kind == http1::Framing::Kind::UntilClose && recorded.sink == nullptr && recorded.watcher == nullptr;
  if (plain && means_.kernelPipes != nullptr && net::hasKernelPipes() && from.canSplice() && to.canSplice()) {
    splice_.emplace(from, to, *means_.kernelPipes);
    gate_ = Gate(from);
    ends.source = &gate_;
  }
  active_ = true;
  pipe_.start(settings, ends, preread);
}

// What is recorded as it passes is received where the recorder can read it too.
buffer::BlockPool& Relay::blocksFor(const Recorded& recorded) const {
  const bool recordsPassing = recorded.sink != nullptr && recorded.bytesMax > 0 && !inBodyFile_;
  auto* kept = recordsPassing ? recorded.sink->bodyBlocks() : nullptr;
  return kept != nullptr ? *kept : means_.blocks;
}

void Relay::process(MonoTime now) {
  if (!splice_) return processPipe(now);
  // The pipe makes way when it is empty, and gets back what is not for the short way.
  for (int round = 0; round < 2; ++round) {
    spliced_ = splice();
    if (spliced_) return;
    gate_.shut = wantsShortWay() && !pipe_.isDrained();
    processPipe(now);
    if (!mayTakeShortWay()) return;
  }
}

void Relay::processPipe(MonoTime now) {
  const auto before = pipe_.bytesReceived();
  // The outcome shows in phase() and wants() as well, and those last beyond this call.
  std::ignore = pipe_.process(pipe::DoWrite::Yes, now);
  const bool drained = pipe_.isDrained();
  const bool much = pipe_.bytesReceived() - before >= Splice::kBytesMin;
  if (much) muchPassed_ = true;
  if (!much && drained && !gate_.shut) muchPassed_ = false;
  // Who waits for more may wait for hours. In the middle of much the blocks are wanted again at once.
  if (drained && (!much || splice_)) pipe_.releaseUnusedBlocks();
}

// A limiter counts and delays what it sees in the writer; and only the pipe fills blocks before it sends them, so that it would
// never run empty.
bool Relay::wantsShortWay() const {
  return muchPassed_ && delivery_ == pipe::Delivery::Streaming && !to_->writer().isLimited();
}

bool Relay::mayTakeShortWay() const { return wantsShortWay() && pipe_.isDrained() && !to_->writer().pending(); }

// True: that was all there is to do now. False: the pipe goes on.
bool Relay::splice() {
  const bool mayReceive = mayTakeShortWay();
  if (!mayReceive && !splice_->holds()) return false;
  auto moved = splice_->run(mayReceive ? Splice::Receive::Yes : Splice::Receive::No);
  totals_.bytes += moved.received;
  bytesSpliced_ += moved.received;
  spliceWants_ = {};
  switch (moved.stop) {
    case Splice::Stop::Dry:
      if (moved.sent > 0) muchPassed_ = moved.sent >= Splice::kBytesMin;
      spliceWants_.read = true;
      return true;
    case Splice::Stop::Blocked: spliceWants_.write = true; return true;
    case Splice::Stop::TurnOver: spliceWants_.turn = true; return true;
    case Splice::Stop::LeftToCaller: muchPassed_ = false; return false;
    case Splice::Stop::SourceFailed: pipe_.failUpstream(std::move(moved.error)); return false;
    case Splice::Stop::SinkFailed: pipe_.failDownstream(std::move(moved.error)); return false;
  }
  return false;
}

void Relay::onBody(Bytes payload) {
  totals_.bytes += payload.size();
  if (recorded_.watcher != nullptr) recorded_.watcher->onBody(payload);
  if (inBodyFile_ || recorded_.sink == nullptr || totals_.capturedBytes >= recorded_.bytesMax) return;
  const auto room = static_cast<std::size_t>(recorded_.bytesMax - totals_.capturedBytes);
  const auto kept = payload.first(std::min(payload.size(), room));
  if (recorded_.sink->recordBody(recorded_.exchange, recorded_.direction, kept, pipe_.blockShown())) {
    totals_.capturedBytes += kept.size();
  } else {
    recorded_.sink = nullptr;  // what is stored stays a beginning of the body, without a gap
  }
}

Error Relay::outcome() const {
  switch (pipe_.phase()) {
    case pipe::Phase::Running:
    case pipe::Phase::Complete: return pipe_.upstreamError();
    case pipe::Phase::Stopped: return pipe_.downstreamError();
    case pipe::Phase::Aborted: return pipe_.error();
  }
  return {};
}

session::BodyEnd Relay::finish() {
  SLUICE_ASSERT(hasEnded());
  session::BodyEnd end;
  end.totals = totals();
  end.error = outcome();
  if (const auto* chunked = std::get_if<pipe::ChunkedFilter>(&filter_)) end.trailers = chunked->trailers();
  end.excess = pipe_.hasExcess();
  cancel();
  return end;
}

void Relay::cancel() {
  if (!active_) return;
  active_ = false;
  splice_.reset();
  pipe_.close();
  if (pipe_.idle()) spill_.reset();
}

}  // namespace sluice::engine
