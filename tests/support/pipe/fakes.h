// Scripted partners for pipes and output chains: a source, a stream, an output filter, a spill file, a limiter, files
// and their reader. Each records what it was asked for. One thread.
#pragma once

#include <cstring>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/assert.h"
#include "core/output/file_reader.h"
#include "core/output/stream.h"
#include "core/pipe/event_pipe.h"

namespace sluice::test {

inline MonoTime at(std::int64_t micros) { return MonoTime(Micros(micros)); }

inline std::string textOf(const std::vector<Bytes>& pieces) {
  std::string text;
  for (Bytes piece : pieces) text += asText(piece);
  return text;
}

// Gives what is queued, one step a receive: bytes (as many as fit, the rest stays), a block, the end, a failure.
class ScriptedSource final : public pipe::Source {
 public:
  ScriptedSource& gives(std::string bytes) { return add({Kind::Bytes, std::move(bytes), {}}); }
  ScriptedSource& blocks() { return add({Kind::Block, {}, {}}); }
  ScriptedSource& ends() { return add({Kind::End, {}, {}}); }
  ScriptedSource& fails(Error error) { return add({Kind::Fail, {}, std::move(error)}); }

  IoResult receive(std::span<const MutableBytes> into) override {
    ++receives;
    lastPieces.clear();
    for (MutableBytes piece : into) lastPieces.push_back(piece);
    if (singleBuf) SLUICE_ASSERT(into.size() == 1);
    if (lent) SLUICE_ASSERT(lent->data() == into[0].data() && lent->size() == into[0].size());
    IoResult result = next(into);
    if (result.status != IoResult::Status::WouldBlock) giveBack();
    return result;
  }
  bool lend(MutableBytes piece, Lender& to) override {
    SLUICE_ASSERT(singleBuf && !lent);
    if (!mayLend) return false;
    lent = piece;
    lender = &to;
    if (onLend) onLend(piece);
    return true;
  }
  // The receive in flight is over.
  void giveBack() {
    if (!std::exchange(lent, std::nullopt)) return;
    lender->givenBack();
  }
  bool endIsKnown() const override { return endKnown; }
  IoResult takeEnd() override {
    ++endsTaken;
    return endFailure.code == Code::None ? IoResult::end() : IoResult::failed(endFailure);
  }

  bool singleBuf = false;  // would-block keeps the piece; the next call must bring it again
  bool mayLend = true;
  bool endKnown = false;
  Error endFailure;
  int receives = 0;
  int endsTaken = 0;
  std::vector<MutableBytes> lastPieces;
  std::optional<MutableBytes> lent;
  Lender* lender = nullptr;
  std::function<void(MutableBytes)> onLend;

 private:
  enum class Kind { Bytes, Block, End, Fail };
  struct Step {
    Kind kind;
    std::string bytes;
    Error error;
  };

  ScriptedSource& add(Step step) {
    steps_.push_back(std::move(step));
    return *this;
  }

  IoResult next(std::span<const MutableBytes> into) {
    if (steps_.empty()) return IoResult::wouldBlock();
    Step& step = steps_.front();
    switch (step.kind) {
      case Kind::Bytes: {
        std::size_t done = 0;
        for (MutableBytes piece : into) {
          const std::size_t count = std::min(piece.size(), step.bytes.size() - done);
          if (count > 0) std::memcpy(piece.data(), step.bytes.data() + done, count);
          done += count;
        }
        step.bytes.erase(0, done);
        if (step.bytes.empty()) steps_.pop_front();
        return IoResult::ok(done);
      }
      case Kind::Block: steps_.pop_front(); return IoResult::wouldBlock();
      case Kind::End: return IoResult::end();
      case Kind::Fail: return IoResult::failed(step.error);
    }
    return IoResult::wouldBlock();
  }

  std::deque<Step> steps_;
};

class FakeFile final : public buffer::File {
 public:
  explicit FakeFile(std::string name, std::string bytes = {}) : content(std::move(bytes)), name_(std::move(name)) {}
  std::string_view name() const override { return name_; }
  bool isDirect() const override { return direct; }
  bool setDirect(bool on) override {
    directChanges.push_back(on);
    if (!canChangeDirect) return false;
    direct = on;
    return true;
  }

  std::string content;
  bool direct = false;
  bool canChangeDirect = true;
  std::vector<bool> directChanges;

 private:
  std::string name_;
};

// Keeps what is written in memory; a write completes when the test says so.
class FakeSpillFile final : public pipe::SpillFile {
 public:
  struct Write {
    std::uint64_t offset;
    std::string bytes;
  };

  void write(std::span<const Bytes> pieces, std::uint64_t offset) override {
    SLUICE_ASSERT(!inFlight);
    pieces_.assign(pieces.begin(), pieces.end());
    offset_ = offset;
    inFlight = true;
    ++writes;
  }
  buffer::File& file() override { return storage; }

  // The bytes are read only now: the pipe must have kept them.
  void complete(pipe::EventPipe& pipe) {
    const std::string bytes = textOf(pieces_);
    if (storage.content.size() < offset_ + bytes.size()) storage.content.resize(offset_ + bytes.size());
    storage.content.replace(offset_, bytes.size(), bytes);
    done.push_back({offset_, bytes});
    inFlight = false;
    pipe.spillWritten({});
  }
  void fail(pipe::EventPipe& pipe, Error error) {
    inFlight = false;
    pipe.spillWritten(sluice::fail(std::move(error)));
  }

  FakeFile storage{"spill file"};
  bool inFlight = false;
  int writes = 0;
  std::vector<Write> done;

 private:
  std::vector<Bytes> pieces_;
  std::uint64_t offset_ = 0;
};

// An output filter that takes as many bytes a push as the test allows and keeps the rest.
class ScriptedOutput final : public pipe::OutputFilter {
 public:
  Readiness readiness(MonoTime) const override { return state; }
  MonoTime wakeAt(MonoTime) const override { return wake; }
  pipe::OutputResult push(buffer::Chain& chain, MonoTime) override {
    ++pushes;
    if (chain.empty()) ++emptyPushes;
    batches.emplace_back();
    for (std::size_t i = 0; i < chain.size(); ++i) {
      batches.back().push_back(chain[i]);
      lastSeen = lastSeen || chain[i].last;
    }
    held.append(chain);
    if (failure.code != Code::None) {
      takeUpTo(takesBeforeFailure);
      discard();
      return pipe::OutputResult::failed(failure);
    }
    takeUpTo(state == Readiness::Ready ? takes : 0);
    if (blocksWhenHolding && !held.empty()) state = Readiness::Blocked;
    return held.empty() ? pipe::OutputResult::ok() : pipe::OutputResult::again();
  }
  void discard() override {
    ++discards;
    while (!held.empty()) drop();
  }

  std::uint64_t heldBytes() const { return held.bytes(); }

  Readiness state = Readiness::Ready;
  MonoTime wake{};
  std::uint64_t takes = ~std::uint64_t{0};  // bytes a push
  std::uint64_t takesBeforeFailure = 0;
  bool blocksWhenHolding = true;
  Error failure;
  std::string sent;
  bool lastSeen = false;
  int pushes = 0;
  int emptyPushes = 0;
  int discards = 0;
  std::vector<std::vector<buffer::Slice>> batches;
  buffer::Chain held;

 private:
  void takeUpTo(std::uint64_t count) {
    while (!held.empty()) {
      buffer::Slice& front = held.front();
      const std::uint64_t part = std::min(count, front.size);
      if (front.inFile()) {
        sent += static_cast<FakeFile*>(front.file)->content.substr(front.offset, part);
      } else {
        sent += asText(front.bytes().first(part));
      }
      front.advance(part);
      count -= part;
      if (front.size > 0) return;
      drop();
    }
  }
  void drop() {
    const buffer::Slice slice = held.front();
    held.popFront();
    slice.done();
  }
};

class ScriptedLimiter final : public pipe::Limiter {
 public:
  void queued(std::size_t, MonoTime) override {}
  void dropped() override {}
  std::size_t allowance(MonoTime) override { return allowed; }
  void consumed(std::size_t bytes, MonoTime) override {
    passed += bytes;
    allowed -= std::min(allowed, bytes);
  }
  MonoTime nextAt(MonoTime) override { return next; }

  std::size_t allowed = 0;
  std::size_t passed = 0;
  MonoTime next{};
};

// An exact token bucket: `rate` bytes a second, at most `burst` at once.
class TokenBucket final : public pipe::Limiter {
 public:
  TokenBucket(std::int64_t rate, std::int64_t burst) : rate_(rate), burst_(burst), micro_(burst * kMillion) {}
  void queued(std::size_t, MonoTime) override {}
  void dropped() override {}
  std::size_t allowance(MonoTime now) override {
    refill(now);
    return micro_ <= 0 ? 0 : static_cast<std::size_t>(micro_ / kMillion);
  }
  void consumed(std::size_t bytes, MonoTime now) override {
    refill(now);
    micro_ -= static_cast<std::int64_t>(bytes) * kMillion;
  }
  MonoTime nextAt(MonoTime now) override {
    refill(now);
    const std::int64_t wanted = std::min(burst_, std::max<std::int64_t>(1, rate_ / 1000)) * kMillion;
    return now + Micros(std::max<std::int64_t>(1, (wanted - micro_ + rate_ - 1) / rate_));
  }

 private:
  static constexpr std::int64_t kMillion = 1'000'000;

  void refill(MonoTime now) {
    if (last_) micro_ = std::min(burst_ * kMillion, micro_ + (now - *last_).count() * rate_);
    last_ = now;
  }

  std::int64_t rate_;
  std::int64_t burst_;
  std::int64_t micro_;  // millionths of a byte
  std::optional<MonoTime> last_;
};

class FakeTap final : public pipe::BodyTap {
 public:
  void onBody(Bytes payload) override { seen += asText(payload); }
  std::string seen;
};

// A stream that takes as many bytes a call as the test allows.
class ScriptedStream final : public output::Stream {
 public:
  Capabilities capabilities() const override { return {.sendFile = canSendFile, .buffersMax = buffersMax}; }
  IoResult send(std::span<const Bytes> pieces) override {
    ++sends;
    lastPieces.assign(pieces.begin(), pieces.end());
    SLUICE_ASSERT(!pieces.empty() && pieces.size() <= buffersMax);
    std::size_t offered = 0;
    for (Bytes piece : pieces) {
      SLUICE_ASSERT(!piece.empty());
      offered += piece.size();
    }
    return take(offered, textOf(lastPieces));
  }
  IoResult sendFile(buffer::File& file, std::uint64_t offset, std::uint64_t length) override {
    ++fileSends;
    SLUICE_ASSERT(length > 0);
    const std::string& content = static_cast<FakeFile&>(file).content;
    if (offset >= content.size()) return IoResult::end();
    const std::string bytes = content.substr(offset, length);
    return take(bytes.size(), bytes);
  }
  bool holdsBack() const override { return heldBack > 0; }
  IoResult flush() override {
    ++flushes;
    if (!flushable) return IoResult::wouldBlock();
    heldBack = 0;
    return IoResult::ok(0);
  }

  std::size_t takes = ~std::size_t{0};  // bytes a call
  std::size_t room = ~std::size_t{0};   // bytes before it blocks
  std::size_t buffersMax = 64;
  bool canSendFile = true;
  bool flushable = true;
  std::size_t heldBack = 0;
  Error failure;
  std::string sent;
  int sends = 0;
  int fileSends = 0;
  int flushes = 0;
  std::vector<Bytes> lastPieces;

 private:
  IoResult take(std::size_t offered, const std::string& bytes) {
    if (failure.code != Code::None) return IoResult::failed(failure);
    const std::size_t count = std::min({offered, takes, room});
    if (count == 0) return IoResult::wouldBlock();
    sent += bytes.substr(0, count);
    room -= count;
    return IoResult::ok(count);
  }
};

// Reads from FakeFile when the test says so.
class FakeReader final : public output::FileReader {
 public:
  struct Asked {
    FakeFile* file;
    std::uint64_t offset;
    std::size_t size;
    std::uintptr_t address;
    bool direct;
  };

  void read(buffer::File& file, std::uint64_t offset, MutableBytes into, output::FileReadTarget& target) override {
    SLUICE_ASSERT(target_ == nullptr);
    auto& fake = static_cast<FakeFile&>(file);
    asked.push_back({&fake, offset, into.size(), reinterpret_cast<std::uintptr_t>(into.data()), fake.direct});
    into_ = into;
    target_ = &target;
  }
  bool inFlight() const { return target_ != nullptr; }
  void complete() {
    const Asked& last = asked.back();
    const std::string& content = last.file->content;
    const std::size_t have = last.offset < content.size() ? content.size() - last.offset : 0;
    const std::size_t count = std::min(last.size, have);
    if (count > 0) std::memcpy(into_.data(), content.data() + last.offset, count);
    finish(count);
  }
  void fail(Error error) { finish(sluice::fail(std::move(error))); }

  std::vector<Asked> asked;

 private:
  void finish(Result<std::size_t> result) {
    output::FileReadTarget* target = std::exchange(target_, nullptr);
    target->fileRead(std::move(result));
  }

  MutableBytes into_;
  output::FileReadTarget* target_ = nullptr;
};

}  // namespace sluice::test
