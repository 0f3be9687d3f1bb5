#include "tests/support/pipe/pipe_schedule.h"

#include <memory>

#include "core/pipe/chunked_filter.h"
#include "core/pipe/copy_filter.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/schedule_partners.h"

namespace sluice::test {
namespace {

using namespace sluice::pipe;
using Readiness = OutputFilter::Readiness;

std::string pattern(Choices& choices, std::size_t size) {
  std::string text(size, ' ');
  auto value = static_cast<unsigned>(choices.below(256));
  for (char& c : text) c = static_cast<char>('!' + (value = value * 31 + 7) / 5 % 90);
  return text;
}

// What is sent to the pipe, and what must come of it.
struct Message {
  enum class Framing { UntilClose, Length, ChunkedStrip, ChunkedPass };

  Framing framing = Framing::UntilClose;
  std::string wire;      // as it is received, what comes behind it included
  std::string expected;  // what goes downstream when everything arrives
  std::uint64_t length = 0;
  std::size_t end = 0;  // of the message in wire
};

std::string chunked(Choices& choices, const std::string& body) {
  std::string wire;
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t size = choices.between(1, std::min<std::size_t>(body.size() - at, choices.chance(50) ? 4 : 300));
    char head[32];
    std::snprintf(head, sizeof head, choices.chance(20) ? "%zx;x=%zu\r\n" : "%zx\r\n", size, size);
    wire += head + body.substr(at, size) + "\r\n";
    at += size;
  }
  return wire + (choices.chance(30) ? "0\r\nDigest: 1\r\n\r\n" : "0\r\n\r\n");
}

Message makeMessage(Choices& choices, std::size_t bodyMax) {
  Message message;
  message.framing = Message::Framing(choices.below(4));
  const std::string body = pattern(choices, choices.chance(10) ? 0 : choices.between(1, bodyMax));
  message.length = body.size();
  const bool isChunked = message.framing >= Message::Framing::ChunkedStrip;
  message.wire = isChunked ? chunked(choices, body) : body;
  message.end = message.wire.size();
  message.expected = message.framing == Message::Framing::ChunkedPass ? message.wire : body;
  if (message.framing != Message::Framing::UntilClose && choices.chance(20)) {
    message.wire += pattern(choices, choices.between(1, 100));
  }
  return message;
}

class Schedule final : private Lender {
 public:
  explicit Schedule(Choices& choices)
      : choices_(choices), pool_{pickBlockBytes(), choices.chance(50)}, settings_(pickSettings()), tap_(choices, pipe_, pool_) {
    message_ = makeMessage(choices_, 200 + std::min<std::size_t>(3000, 3 * settings_.maxBlocks * pool_.blockBytes()));
    cutOrSpoil();
    std::string wire = message_.wire;
    preread_ = wire.substr(0, choices_.chance(30) ? choices_.below(wire.size() + 1) : 0);
    const auto ending = cut_ ? (choices_.chance(50) ? RandomSource::Ending::End : RandomSource::Ending::Fail)
                        : message_.framing != Message::Framing::UntilClose && choices_.chance(50)
                            ? RandomSource::Ending::Silence
                            : RandomSource::Ending::End;
    sourceFails_ = ending == RandomSource::Ending::Fail;
    source_ = std::make_unique<RandomSource>(choices_, wire.substr(preread_.size()), ending, settings_.singleBuf,
                                             choices_.chance(30));
    makeFilter();
    makeOutput();
    if (choices_.chance(25)) {
      rate_ = choices_.between(100, 100'000);
      burst_ = choices_.between(1, 500);
      bucket_ = std::make_unique<TokenBucket>(rate_, burst_);
    }
  }

  std::string run() {
    Ends ends;
    ends.source = source_.get();
    ends.filter = watched_.get();
    ends.output = output_.get();
    ends.pool = &pool_;
    ends.spill = settings_.cacheable || choices_.chance(80) ? &spill_ : nullptr;
    ends.readLimiter = bucket_.get();
    ends.tap = &tap_;
    ends.lender = this;
    startedAt_ = now_;
    pipe_.start(settings_, ends, asBytes(preread_));
    process(choices_.chance(50) ? DoWrite::Yes : DoWrite::No);
    for (int step = 0; fault_.empty() && pipe_.phase() == Phase::Running; ++step) {
      if (step > 200'000) return "no end in sight: " + describeState();
      if (!advance()) return "stalled: " + describeState();
    }
    if (fault_.empty()) checkEnding();
    finish();
    return fault_.empty() ? fault_ : fault_ + " (" + describeState() + ")";
  }

 private:
  void givenBack() override { pipe_.blockGivenBack(); }

  std::size_t pickBlockBytes() {
    switch (choices_.below(20)) {
      case 0: return 16 * 1024;
      case 1: return 1024;
      case 2: return 1000;
      default: return choices_.between(16, 80);
    }
  }

  Settings pickSettings() {
    const std::size_t block = pool_.blockBytes();
    Settings settings;
    settings.maxBlocks = choices_.chance(90) ? choices_.between(1, 8) : choices_.between(1, 64);
    settings.busyLimit = choices_.between(1, block * settings.maxBlocks + 1);
    settings.turnBytes = choices_.chance(80) ? limits::kPipeTurnBytes : choices_.between(1, 500);
    settings.overflow = Overflow(choices_.below(2));
    settings.maxSpillSize = choices_.chance(30) ? choices_.below(200) : choices_.below(10'000);
    settings.spillWriteSize = choices_.between(1, 4 * block);
    settings.cyclicSpill = choices_.chance(70);
    settings.cacheable = choices_.chance(25);
    settings.recordFailure = RecordFailure(choices_.below(2));
    if (choices_.chance(50)) settings.recordHeader = Slice::ofMemory(asBytes(header_));
    settings.singleBuf = choices_.chance(25);
    settings.releaseBlocks = choices_.chance(50);
    settings.markLast = choices_.chance(70);
    settings.delivery = Delivery(choices_.below(2));
    return settings;
  }

  // Cuts the message short, or breaks its chunk framing.
  void cutOrSpoil() {
    if (choices_.chance(15)) {
      cut_ = true;
      message_.wire.resize(choices_.below(message_.wire.size() + 1));
    } else if (message_.framing >= Message::Framing::ChunkedStrip && choices_.chance(10)) {
      spoiled_ = true;
      message_.wire[choices_.below(message_.wire.size())] = '\x01';
      cut_ = true;  // it may also hit the payload, or turn out to be cut
    }
  }

  void makeFilter() {
    switch (message_.framing) {
      case Message::Framing::UntilClose: filter_ = std::make_unique<CopyFilter>(); break;
      case Message::Framing::Length: filter_ = std::make_unique<LengthFilter>(message_.length); break;
      case Message::Framing::ChunkedStrip: filter_ = std::make_unique<ChunkedFilter>(ChunkedFilter::Mode::Strip); break;
      case Message::Framing::ChunkedPass: filter_ = std::make_unique<ChunkedFilter>(ChunkedFilter::Mode::Pass); break;
    }
    watched_ = std::make_unique<WatchedFilter>(*filter_);
  }

  void makeOutput() {
    const bool canSendFile = choices_.chance(60);
    const bool fails = choices_.chance(12);
    stream_ = std::make_unique<RandomStream>(choices_, canSendFile,
                                             fails ? choices_.below(message_.expected.size() + 1) : ~std::uint64_t{0});
    writer_ = std::make_unique<output::ChainWriter>(*stream_);
    if (choices_.chance(25)) {
      writeBucket_ = std::make_unique<TokenBucket>(choices_.between(100, 100'000), choices_.between(1, 500));
      writer_->setLimiter(writeBucket_.get());
    }
    output::Demands demands;
    demands.sendFile = canSendFile;
    demands.needInMemory = choices_.chance(20);
    demands.needInTemp = choices_.chance(10);
    demands.alignment = 16;
    spill_.storage.direct = choices_.chance(20);
    chain_ = std::make_unique<output::OutputChain>(
        *writer_, demands, &reader_,
        output::CopyBuffers{.count = choices_.between(1, 3), .size = 16 * choices_.between(1, 10)});
    output_ = std::make_unique<WatchedOutput>(*chain_);
  }

  // One event, picked among those that can happen. False: none ever will.
  bool advance() {
    const Wants wants = pipe_.wants(now_);
    bool possible = false;
    for (int attempt = 0; attempt < 1000; ++attempt) {
      switch (choices_.below(12)) {
        case 0:
        case 1:
        case 2:
          if (!wants.read || !source_->becomeReadable()) continue;
          return process(choices_.chance(50) ? DoWrite::Yes : DoWrite::No);
        case 3:
        case 4:
          if (!wants.write) continue;
          writer_->onWritable();
          return process(DoWrite::Yes);
        case 5:
          if (!wants.turn) continue;
          return process(DoWrite::Yes);
        case 6:
          if (!wants.wakeAt) continue;
          if (*wants.wakeAt <= now_) fault_ = "a wake-up in the past";
          now_ = *wants.wakeAt + Micros(choices_.below(100));
          return process(DoWrite::Yes);
        case 7:
        case 8:
          if (!spill_.inFlight) continue;
          return completeSpill();
        case 9:
        case 10:
          if (!reader_.inFlight()) continue;
          reader_.complete();
          return process(DoWrite::Yes);
        default:
          possible = wants.read || wants.write || wants.turn || wants.wakeAt || spill_.inFlight || reader_.inFlight() ||
                     turn_ == Turn::Theirs;
          if (!possible) return false;
          return disturb();
      }
    }
    return possible;
  }

  // What nobody asked for.
  bool disturb() {
    now_ += Micros(choices_.below(2000));
    switch (choices_.below(40)) {
      case 0:
        pipe_.failUpstream({Code::IdleTimeout, Side::Upstream, 0, {}});
        outsideUpstream_ = true;
        break;
      case 1: pipe_.failDownstream({Code::IdleTimeout, Side::Client, 0, {}}); break;
      case 2:
        closed_ = true;
        if (choices_.chance(50)) source_->giveBack();  // else once the pipe is closed
        pipe_.close();
        return true;
      case 3:
      case 4:
        turn_ = Turn::Theirs;
        pipe_.setTurn(turn_);
        break;
      case 5: pipe_.releaseUnusedBlocks(); break;
      case 6: adapt(); break;
      default:
        turn_ = Turn::Ours;
        pipe_.setTurn(turn_);
        break;
    }
    return process(choices_.chance(50) ? DoWrite::Yes : DoWrite::No);
  }

  // More room, never less, and any delivery.
  void adapt() {
    Settings wanted = settings_;
    wanted.maxBlocks = choices_.between(1, 64);
    wanted.busyLimit = choices_.between(1, pool_.blockBytes() * wanted.maxBlocks);
    wanted.delivery = Delivery(choices_.below(2));
    pipe_.adapt(wanted);
    if (settings_.delivery != wanted.delivery) receivedAtAdapt_ = pipe_.bytesReceived();
    settings_.maxBlocks = std::max(settings_.maxBlocks, wanted.maxBlocks);
    settings_.busyLimit = std::max(settings_.busyLimit, wanted.busyLimit);
    settings_.delivery = wanted.delivery;
  }

  bool completeSpill() {
    if (choices_.chance(settings_.cacheable ? 4 : 1)) {
      recordLost_ = true;
      spill_.fail(pipe_, {Code::NoSpace, Side::Local, 28, "spill file"});
    } else {
      spill_.complete(pipe_);
    }
    return process(DoWrite::Yes);
  }

  bool process(DoWrite doWrite) {
    const int dry = source_->dryReceives;
    const int empty = output_->emptyPushes;
    const int calls = stream_->calls;
    const auto before = pipe_.bytesReceived() + stream_->sent.size();
    outcome_ = pipe_.process(doWrite, now_);
    source_->checkLent();
    const auto moved = pipe_.bytesReceived() + stream_->sent.size() - before;
    // 6: calls that make no progress are bounded by those that do.
    if (source_->dryReceives - dry > 1) fail("6: asked a source twice that would block");
    if (static_cast<std::uint64_t>(output_->emptyPushes - empty) > 12 + 12 * moved)
      fail("6: spinning on empty flushes");
    if (static_cast<std::uint64_t>(stream_->calls - calls) > 12 + 3 * moved) fail("6: spinning on the stream");
    if (outcome_ == Outcome::Abort && pipe_.phase() != Phase::Aborted) fail("abort without ending");
    checkStep(doWrite);
    return true;
  }

  void checkStep(DoWrite doWrite) {
    if (!source_->fault.empty()) fail(source_->fault);
    if (!stream_->fault.empty()) fail(stream_->fault);
    if (!pool_.fault.empty()) fail(pool_.fault);
    const std::string& sent = stream_->sent;
    const std::string& produced = watched_->produced;
    if (produced.compare(0, sent.size(), sent) != 0 || sent.size() > produced.size()) fail("1: other bytes went out");
    if (!spoiled_ && message_.expected.compare(0, produced.size(), produced) != 0)
      fail("1: the filter made other bytes");
    if (pipe_.bytesPassed() != produced.size()) fail("1: what the filter passed was miscounted");
    if (pool_.taken() > std::max<std::size_t>(1, settings_.maxBlocks)) fail("2: too many blocks");
    if (!settings_.cacheable && spill_.storage.content.size() > settings_.maxSpillSize) fail("2: spill file too large");
    if (!settings_.cacheable && settings_.overflow == Overflow::Backpressure && spill_.writes > 0) fail("2: spilled");
    const std::size_t busyLimit = std::max(settings_.busyLimit, pool_.blockBytes());
    if (pipe_.upstream() == Upstream::Open && output_->blockBytesInside() > busyLimit) fail("3: too much is busy");
    if (auto lent = source_->lent(); lent && output_->shows(*lent)) fail("5: a slice shows a lent block");
    if (bucket_) {
      const auto elapsed = static_cast<std::uint64_t>((now_ - startedAt_).count());
      const std::uint64_t most =
          burst_ + rate_ * elapsed / 1'000'000 + 1 + (settings_.singleBuf ? pool_.blockBytes() : 0);
      if (source_->given() > most) fail("9: more than the limiter allows");
    }
    if (doWrite == DoWrite::Yes) checkStreaming();
  }

  // 8: streaming never waits on upstream with bytes in hand while downstream could take them.
  void checkStreaming() {
    const Wants wants = pipe_.wants(now_);
    if (settings_.delivery != Delivery::Streaming || !wants.read || turn_ == Turn::Theirs || pipe_.downstreamFailed()) {
      return;
    }
    const bool mayBeLent = settings_.singleBuf && receivedAtAdapt_ == pipe_.bytesReceived();
    if (watched_->taken != pipe_.bytesReceived() && !mayBeLent) fail("8: received bytes were not handed to the filter");
    if (output_->readiness(now_) != Readiness::Ready || spill_.inFlight) return;
    if (output_->accepted != watched_->produced.size()) fail("8: bytes in hand were not handed over");
    if (stream_->sent.size() != output_->accepted) fail("8: the output holds bytes though it is ready");
  }

  void checkEnding() {
    const bool whole = !cut_ && !closed_ && !outsideUpstream_;
    const auto& produced = watched_->produced;
    switch (pipe_.phase()) {
      case Phase::Running: return;
      case Phase::Aborted:
        if (pipe_.error().code != Code::NoSpace) fail("aborted for no reason");
        if (settings_.cacheable && settings_.recordFailure == RecordFailure::GoOn) fail("ended for want of a record");
        return;
      case Phase::Stopped:
        if (!closed_ && !pipe_.downstreamFailed()) fail("stopped for no reason");
        break;
      case Phase::Complete:
        if (stream_->sent != produced) fail("1: complete, and bytes are missing");
        if (whole && produced != message_.expected) fail("1: complete, and the body is not");
        if (pipe_.bytesSent() != produced.size()) fail("1: what was sent was miscounted");
        if (output_->lasts != (settings_.markLast && pipe_.upstream() != Upstream::Failed)) fail("last marked wrongly");
        if (stream_->holdsBack()) fail("complete, and the stream holds bytes back");
        break;
    }
    if (whole && pipe_.phase() == Phase::Complete && pipe_.upstream() == Upstream::Failed)
      fail("upstream did not fail");
    checkExcess();
    if (settings_.cacheable && !closed_ && !recordLost_) {
      const std::string header = settings_.recordHeader.size > 0 ? header_ : "";
      if (spill_.storage.content != header + produced) fail("4: the record is not complete");
    }
  }

  void checkExcess() {
    if (pipe_.upstream() != Upstream::Done || closed_ || spoiled_) return;
    const std::string excess = pipe_.takeExcess();
    if (message_.wire.compare(message_.end, excess.size(), excess) != 0) fail("the excess is wrong");
    if (message_.end + excess.size() != pipe_.bytesReceived()) fail("excess is missing");
  }

  // 7: after any ending everything is back.
  void finish() {
    pipe_.close();
    if (spill_.inFlight) spill_.complete(pipe_);
    source_->checkLent();
    if (!source_->fault.empty()) fail(source_->fault);
    source_->giveBack();
    pipe_.close();
    if (!pipe_.idle()) fail("7: the pipe is not idle");
    if (pool_.taken() != 0) fail("7: blocks are missing");
    if (!pool_.fault.empty()) fail(pool_.fault);
    if (pipe_.phase() != Phase::Complete) chain_->discard();
    if (output_->holdsAny()) fail("7: the output still holds slices");
    if (reader_.inFlight()) reader_.complete();
  }

  void fail(const std::string& what) {
    if (fault_.empty()) fault_ = what;
  }

  std::string describeState() const {
    const auto number = [](auto value) { return std::to_string(static_cast<long long>(value)); };
    return "blocks " + number(settings_.maxBlocks) + " x " + number(pool_.blockBytes()) + ", framing " +
           number(message_.framing) + ", delivery " + number(settings_.delivery) + ", overflow " +
           number(settings_.overflow) + ", cacheable " + number(settings_.cacheable) + ", singleBuf " +
           number(settings_.singleBuf) + ", phase " + number(pipe_.phase()) + ", upstream " + number(pipe_.upstream()) +
           ", received " + number(pipe_.bytesReceived()) + ", passed " + number(pipe_.bytesPassed()) + ", sent " +
           number(stream_->sent.size()) + " of " + number(message_.expected.size()) + ", spill writes " +
           number(spill_.writes) + ", outcome " + number(outcome_);
  }

  Choices& choices_;
  SpoilingPool pool_;
  const std::string header_ = "HTTP/1.1 200 OK\r\n\r\n";
  Settings settings_;
  Message message_;
  std::string preread_;
  bool cut_ = false;
  bool spoiled_ = false;
  bool sourceFails_ = false;
  bool outsideUpstream_ = false;
  bool recordLost_ = false;
  bool closed_ = false;
  Turn turn_ = Turn::Ours;
  std::uint64_t rate_ = 0;
  std::uint64_t burst_ = 0;
  MonoTime now_ = at(1'000'000);
  MonoTime startedAt_;
  Outcome outcome_ = Outcome::Ok;
  std::optional<std::uint64_t> receivedAtAdapt_;  // when the delivery changed last
  std::string fault_;

  FakeSpillFile spill_;
  FakeReader reader_;
  std::unique_ptr<TokenBucket> bucket_;
  std::unique_ptr<TokenBucket> writeBucket_;
  std::unique_ptr<RandomSource> source_;
  std::unique_ptr<InputFilter> filter_;
  std::unique_ptr<WatchedFilter> watched_;
  std::unique_ptr<RandomStream> stream_;
  std::unique_ptr<output::ChainWriter> writer_;
  std::unique_ptr<output::OutputChain> chain_;
  std::unique_ptr<WatchedOutput> output_;
  EventPipe pipe_;
  KeepingTap tap_;
};

}  // namespace

std::string runPipeSchedule(Choices& choices) {
  Schedule schedule(choices);
  return schedule.run();
}

}  // namespace sluice::test
