// The event pipe moves one body (or one direction of a tunnel) from an upstream to a downstream with bounded
// memory. It does no I/O itself: a Source receives, an InputFilter finds the body, an OutputFilter sends, a SpillFile
// holds what is too much, and the driver supplies readiness, timers and the time. Rules and words: spec of the event
// pipe; each numbered rule is named where it is obeyed. One loop's thread.
//
// A driver does
//     pipe.start(settings, ends, preread);
//     on anything that happens:  outcome = pipe.process(...);  then act on pipe.phase() and pipe.wants(now)
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/buffer/chain.h"
#include "core/pipe/input_filter.h"
#include "core/pipe/limiter.h"
#include "core/pipe/output_filter.h"
#include "core/pipe/raw_blocks.h"
#include "core/pipe/settings.h"
#include "core/pipe/source.h"
#include "core/pipe/spill_file.h"

namespace sluice::pipe {

// What a pipe works with. All are borrowed until the pipe is idle again.
struct Ends {
  Source* source = nullptr;
  InputFilter* filter = nullptr;
  OutputFilter* output = nullptr;
  buffer::BlockPool* pool = nullptr;
  SpillFile* spill = nullptr;      // null: never spill
  Limiter* readLimiter = nullptr;  // null: unlimited. The write limiter belongs to the output filter
  BodyTap* tap = nullptr;          // null: nobody looks
  Lender* lender = nullptr;        // with Settings::singleBuf: told in the pipe's place, see blockGivenBack()
};

enum class DoWrite : bool { No, Yes };

enum class Outcome : std::uint8_t {
  Ok,
  Busy,   // nothing can move until the output filter does
  Abort,  // out of memory or a spill file that cannot be written: end this exchange, error() says why
};

enum class Phase : std::uint8_t {
  Running,
  Complete,  // upstream ended (see upstream()) and everything was sent
  Stopped,   // downstream failed; a cacheable pipe has completed its record first
  Aborted,   // error()
};

enum class Upstream : std::uint8_t {
  Open,
  Done,    // the message is complete
  Eof,     // the stream ended, and that completed the message
  Failed,  // upstreamError(): the stream broke, ended early, or its framing is malformed
};

// Whose turn it is on a downstream that several exchanges share (pipelining).
enum class Turn : bool { Theirs, Ours };

// What the driver should wait for.
struct Wants {
  bool read = false;      // wait until upstream is readable, for at most readTimeout
  bool write = false;     // wait until downstream is writable, for at most sendTimeout
  bool turn = false;      // call process(DoWrite::Yes) again soon, after others had their turn
  Micros readTimeout{0};  // 0: none
  Micros sendTimeout{0};
  std::size_t sendLowWater = 0;
  std::optional<MonoTime> wakeAt;  // a limiter lets bytes pass again: call process(DoWrite::Yes)
};

class EventPipe final : private FilterOutput, private buffer::SliceOwner {
 public:
  EventPipe() = default;
  ~EventPipe() override;  // REQUIRES: idle()
  EventPipe(const EventPipe&) = delete;
  EventPipe& operator=(const EventPipe&) = delete;

  // Begins with a new message. Allocates nothing once warm. `preread` came with the head; it stays valid until the
  // pipe left Phase::Running. REQUIRES: idle().
  void start(const Settings& settings, const Ends& ends, Bytes preread = {});

  // DoWrite::Yes when downstream may have become writable, a limiter or a file completed; No when only upstream did.
  [[nodiscard]] Outcome process(DoWrite doWrite, MonoTime now);
  Wants wants(MonoTime now) const;

  // The spill file's write ended. Call process(DoWrite::Yes) afterwards.
  void spillWritten(Result<void> result);
  // The block that was lent (Settings::singleBuf) is the pipe's again.
  void blockGivenBack();
  // From outside: a timer fired, a connection was seen to break, the user closed it. process() acts on it.
  void failUpstream(Error error);
  void failDownstream(Error error);
  void setTurn(Turn turn) { turn_ = turn; }
  // Of a message under way: more room, never less than it has, and another delivery, also of what is held already at the next
  // process(); but what lies in a block that is lent (singleBuf) waits for that receive. The rest of the settings stays.
  void adapt(const Settings& settings);

  // Ends whatever is under way: slices are discarded, blocks go back to their pool, except those of a spill write in
  // flight and one that is lent, which follow when they are over.
  void close();
  // No memory is lent out: start() and destruction are possible.
  bool idle() const { return phase_ != Phase::Running && blocks_.held() == 0 && spill_ == Spill::Idle; }
  // Gives unused blocks back to the pool while an idle connection waits.
  void releaseUnusedBlocks() { blocks_.releaseUnused(); }

  Phase phase() const { return phase_; }
  Upstream upstream() const { return upstream_; }
  const Error& upstreamError() const { return upstreamError_; }
  bool downstreamFailed() const { return downstreamFailed_; }
  const Error& downstreamError() const { return downstreamError_; }
  const Error& error() const { return error_; }  // why Aborted
  // Running, and nothing that was received waits to be sent.
  bool isDrained() const {
    return phase_ == Phase::Running && preread_.empty() && received_ == sent_ && busy_.empty() && in_.empty() && !outputHolds();
  }
  bool spillInFlight() const { return spill_ == Spill::InFlight; }
  // A block is lent to a wait (Settings::singleBuf).
  bool lends() const { return blocks_.lent(); }

  std::uint64_t bytesReceived() const { return received_; }  // raw, preread included, excess included
  std::uint64_t bytesPassed() const { return passed_; }      // what the input filter handed on
  std::uint64_t bytesSent() const { return sent_; }          // of these, in slices that were sent completely
  std::uint64_t spillSize() const { return spillEnd_; }      // where the next spill write goes
  std::uint64_t spillPeak() const { return spillPeak_; }
  std::size_t blocksHeld() const { return blocks_.held(); }
  // For the tap, while it is shown payload: the block that this lies in, if nothing more will be received into it; else null.
  // Setting isKept there keeps the bytes as they are.
  Block* blockShown() const { return blockShown_; }

  // Bytes behind the end of the message: the next pipelined request, or a reason not to reuse the connection.
  bool hasExcess() const { return !excess_.empty(); }
  std::string takeExcess() { return std::exchange(excess_, {}); }

 private:
  enum class ReadStop : std::uint8_t {
    Ended,
    WouldBlock,  // upstream has nothing
    Delayed,     // its limiter lets nothing pass
    WriteFirst,  // every block is taken and downstream could free some now
    NoRoom,      // back-pressure, or a spill that must complete first
    TurnOver,    // others should get their turn
  };
  enum class Spill : std::uint8_t { Idle, InFlight };

  // FilterOutput
  void pass(const Slice& part) override;
  void body(Bytes payload) override;
  // SliceOwner
  void sliceDone(std::uint32_t ticket) override;

  // Reading (event_pipe_read.cpp).
  ReadStop readUpstream(MonoTime now);
  ReadStop receiveWhilePossible(MonoTime now);
  std::optional<ReadStop> findRoom(MonoTime now);
  std::optional<ReadStop> receive(std::size_t allowance, MonoTime now);
  void lend(MutableBytes piece);
  void takePreread();
  void accept(std::size_t bytes);
  void handOnPartial(bool sourceIsDry);
  void handOn(Block& block);
  void feed(const Slice& raw);
  void endOfStream(IoResult how);
  void endUpstream(Upstream how, Error error = {});
  bool upstreamEnded() const { return upstream_ != Upstream::Open; }

  // Writing (event_pipe_write.cpp).
  Outcome writeDownstream(MonoTime now);
  Outcome writeWhileOpen(MonoTime now);
  void writeRest(MonoTime now);
  bool downstreamReady(MonoTime now) const;
  bool outputHolds() const { return outputStatus_ == OutputResult::Status::Again; }
  bool collect();
  void handOverFront(buffer::Chain& chain);
  void markLast();
  bool lastIsDue() const { return settings_.markLast && !lastMarked_ && upstream_ != Upstream::Failed; }
  void push(MonoTime now);
  void reclaim();
  void discardBusy();
  void drain();
  bool writingCouldHelp(MonoTime now) const;

  // Blocks and the spill file (event_pipe_spill.cpp).
  bool spill();
  std::size_t spillBatch() const;
  void giveUpRecord();
  bool headerIsDue() const { return settings_.cacheable && !headerRecorded_ && settings_.recordHeader.size > 0; }
  void joinOut(std::uint64_t offset, std::uint64_t size);
  enum class FreeAt : bool { Front, Tail };
  void releaseSlice(const Slice& slice, FreeAt where);
  void recycle(Block* block, FreeAt where);
  void releaseAll(buffer::Chain& chain, FreeAt where);

  void updatePhase();
  void leaveRunning(Phase phase);
  void releaseFree();
  void invariants() const;

  // Fixed while a message is under way.
  Settings settings_;
  Ends ends_;

  // Where things stand.
  Phase phase_ = Phase::Complete;
  Upstream upstream_ = Upstream::Open;
  Turn turn_ = Turn::Ours;
  ReadStop readStop_ = ReadStop::Ended;
  Spill spill_ = Spill::Idle;
  OutputResult::Status outputStatus_ = OutputResult::Status::Ok;
  bool downstreamFailed_ = false;
  bool lastMarked_ = false;
  bool headerRecorded_ = false;
  Error upstreamError_;
  Error downstreamError_;
  Error error_;

  // Of the current process().
  bool sourceIsDry_ = false;  // it would block: readiness is asked for afterwards, not by trying again
  bool readProgress_ = false;
  bool writeProgress_ = false;
  std::size_t turnReceived_ = 0;

  Bytes preread_;
  Block* blockShown_ = nullptr;
  RawBlocks blocks_;
  buffer::Chain in_;               // from the input filter, in memory, not yet handed downstream
  buffer::Chain writing_;          // being spilled right now
  buffer::Chain out_;              // in the spill file, to be sent before in_
  buffer::Chain busy_;             // handed to the output filter; one without an owner is consumed
  buffer::Chain outgoing_;         // on its way to the output filter; empty between calls
  std::vector<Bytes> pieces_;      // of the spill write in flight
  std::uint32_t firstTicket_ = 0;  // of busy_.front()
  std::size_t busyBytes_ = 0;      // capacity of the distinct blocks in busy_

  std::uint64_t writingAt_ = 0;  // where the slices in writing_ go in the file
  std::uint64_t spillEnd_ = 0;   // end of what was written or is being written
  std::uint64_t spillPeak_ = 0;
  std::uint64_t received_ = 0;
  std::uint64_t passed_ = 0;
  std::uint64_t sent_ = 0;
  std::string excess_;
};

}  // namespace sluice::pipe
