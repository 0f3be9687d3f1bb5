// One direction of an exchange or tunnel under way: an event pipe with its filter, and the tap that shows its payload to
// the recorder: in chunks, or, where a body of known length goes through a spill file anyway, as that file, which then is the
// recorder's file of the body. Reused from exchange to exchange. Loop thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <variant>

#include "core/capture/records.h"
#include "core/codec/http1/framing.h"
#include "core/engine/link.h"
#include "core/engine/pooled_files.h"
#include "core/engine/splice.h"
#include "core/pipe/chunked_filter.h"
#include "core/pipe/event_pipe.h"
#include "core/pipe/copy_filter.h"
#include "core/session/http_session.h"

namespace sluice::engine {

class Relay final : private pipe::BodyTap, private Lender {
 public:
  // What of the payload is recorded, and as what. Sink null: only counted.
  struct Recorded {
    capture::Sink* sink = nullptr;
    ExchangeId exchange = {};
    capture::Direction direction = capture::Direction::Request;
    std::uint64_t bytesMax = 0;
    pipe::BodyTap* watcher = nullptr;  // sees all of it too; outlives the relay's run
  };

  // What relays share. The paths outlive them.
  struct Means {
    buffer::BlockPool& blocks;
    platform::FilePool& files;
    const std::filesystem::path& spillDirectory;
    const std::filesystem::path& bodyDirectory;  // of the recorder; empty: no file becomes a body's
    net::KernelPipes* kernelPipes = nullptr;  // null: nothing is spliced
  };
  // `cameBack` is called on the loop when a write to the spill file has ended, also after the relay was cancelled, and when a block
  // that was lent to a wait came back after that.
  Relay(const Means& means, std::function<void()> cameBack);
  // From now on it serves another connection, which is told instead. REQUIRES: isIdle().
  void tell(std::function<void()> cameBack) { cameBack_ = std::move(cameBack); }

  // `from` is blamed as `fromSide` for what is malformed. `preread` stays valid until the relay has ended.
  // REQUIRES: isIdle().
  void start(Link& from, Link& to, Side fromSide, const http1::Framing& framing, Bytes preread,
             pipe::Settings settings, const Recorded& recorded);

  // Under way: started, and not ended by finish() or cancel().
  bool active() const { return active_; }
  void process(MonoTime now);
  bool hasEnded() const { return active_ && pipe_.phase() != pipe::Phase::Running; }
  pipe::Wants wants(MonoTime now) const { return spliced_ ? spliceWants_ : pipe_.wants(now); }

  // How it ended. REQUIRES: hasEnded(). Afterwards it is not active.
  session::BodyEnd finish();
  // Bytes that came behind the message. After finish().
  std::string takeExcess() { return pipe_.takeExcess(); }

  // Breaks it off; the totals say how far it came.
  void cancel();
  // While it is under way: see EventPipe::adapt().
  void adapt(const pipe::Settings& settings) {
    pipe_.adapt(settings);
    delivery_ = settings.delivery;
  }
  void failSource(Error error) { pipe_.failUpstream(std::move(error)); }
  void failSink(Error error) { pipe_.failDownstream(std::move(error)); }

  capture::BodyTotals totals() const {
    auto totals = totals_;
    totals.wireBytes = pipe_.bytesPassed() + bytesSpliced_;
    return totals;
  }
  // Under way, and nothing that was received waits to be sent.
  bool isDrained() const { return pipe_.isDrained() && (!splice_ || !splice_->holds()); }
  // Whether another one, begun when more comes, would go on as this one would: of a stream that only its end delimits.
  bool mayRest() const {
    return isDrained() && !pipe_.lends() && pipe_.upstream() == pipe::Upstream::Open && std::holds_alternative<pipe::CopyFilter>(filter_);
  }
  // Much came at last, so that more is likely: the short way is tried first. Another relay is told so behind start().
  bool expectsMuch() const { return muchPassed_; }
  void expectMuch() { muchPassed_ = true; }
  std::uint64_t bytesSpliced() const { return bytesSpliced_; }
  // Nothing of it is lent out: it can be started again, or destroyed. A spill write in flight keeps it from that, and a wait that
  // owns a block.
  bool isIdle() const { return !active_ && pipe_.idle(); }

 private:
  void onBody(Bytes payload) override;
  void givenBack() override;
  bool becomesBodyFile(const http1::Framing& framing, const pipe::Settings& settings) const;
  buffer::BlockPool& blocksFor(const Recorded& recorded) const;
  void makeSpillFile(std::filesystem::path stayAs);
  void processPipe(MonoTime now);
  bool splice();
  bool wantsShortWay() const;
  bool mayTakeShortWay() const;
  void spillEnded(Result<void> result);
  Error outcome() const;

  using Filter = std::variant<pipe::CopyFilter, pipe::LengthFilter, pipe::ChunkedFilter>;

  const Means means_;
  std::function<void()> cameBack_;
  Filter filter_;
  std::optional<PooledSpillFile> spill_;
  pipe::EventPipe pipe_;
  Recorded recorded_;
  capture::BodyTotals totals_;
  pipe::Delivery delivery_ = pipe::Delivery::Streaming;
  // Lets the pipe run empty, so that what follows can take the short way.
  class Gate final : public pipe::Source {
   public:
    Gate() = default;
    explicit Gate(Link& from) : from_(&from) {}
    IoResult receive(std::span<const MutableBytes> into) override { return shut ? IoResult::wouldBlock() : from_->receive(into); }
    bool lend(MutableBytes piece, Lender& lender) override { return from_->lend(piece, lender); }
    bool endIsKnown() const override { return false; }
    IoResult takeEnd() override { return IoResult::end(); }
    bool shut = false;

   private:
    Link* from_ = nullptr;
  };
  Gate gate_;
  Link* to_ = nullptr;
  // What goes straight from socket to socket, past the pipe; and, of a process() that did so, what is to be waited for.
  std::optional<Splice> splice_;
  pipe::Wants spliceWants_;
  std::uint64_t bytesSpliced_ = 0;
  bool spliced_ = false;
  bool muchPassed_ = false;  // so much that the short way pays
  bool active_ = false;
  bool inBodyFile_ = false;  // what is recorded is the spill file
};

}  // namespace sluice::engine
