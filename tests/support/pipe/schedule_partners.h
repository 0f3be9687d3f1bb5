// The partners of a pipe in a random schedule. They note what a pipe must not do in `fault`. One thread.
#pragma once

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/buffer/heap_block_pool.h"
#include "core/output/chain_writer.h"
#include "core/output/output_chain.h"
#include "core/pipe/event_pipe.h"
#include "tests/support/pipe/choices.h"
#include "tests/support/pipe/fakes.h"

namespace sluice::test {

// Spoils the memory of blocks that nobody holds, so that a late reader is seen, and looks whether those that were to be kept
// are as they were shown.
class SpoilingPool final : public buffer::BlockPool {
 public:
  SpoilingPool(std::size_t blockBytes, bool isShared) : pool_(blockBytes, 64, 64), isShared_(isShared) {}
  std::size_t blockBytes() const override { return pool_.blockBytes(); }
  buffer::Block* take() override {
    auto* block = pool_.take();
    if (block != nullptr) block->readOnly = isShared_;
    return block;
  }
  void give(buffer::Block* block) override {
    if (const auto kept = kept_.find(block); kept != kept_.end()) {
      if (contentOf(*block) != kept->second) fault = "a kept block was filled again";
      kept_.erase(kept);
    }
    std::memset(block->data, '#', block->capacity);
    pool_.give(block);
  }
  void keep(buffer::Block& block) {
    block.isKept = true;
    kept_.emplace(&block, contentOf(block));
  }
  std::size_t taken() const { return pool_.taken(); }

  std::string fault;

 private:
  static std::string contentOf(const buffer::Block& block) { return std::string(asText({block.data, block.filled})); }

  buffer::HeapBlockPool pool_;
  const bool isShared_;
  std::map<const buffer::Block*, std::string> kept_;
};

// Keeps some of the blocks that it is shown.
class KeepingTap final : public pipe::BodyTap {
 public:
  KeepingTap(Choices& choices, const pipe::EventPipe& pipe, SpoilingPool& pool)
      : choices_(choices), pipe_(pipe), pool_(pool), percent_(choices.chance(50) ? 0 : static_cast<unsigned>(choices.below(101))) {}
  void onBody(Bytes payload) override {
    auto* block = pipe_.blockShown();
    if (block == nullptr || block->isKept || !choices_.chance(percent_)) return;
    if (payload.data() < block->data || payload.data() + payload.size() > block->data + block->filled) {
      pool_.fault = "payload outside of the block that is shown";
    }
    pool_.keep(*block);
  }

 private:
  Choices& choices_;
  const pipe::EventPipe& pipe_;
  SpoilingPool& pool_;
  const unsigned percent_;
};

// Notes what the filter under test hands on.
class WatchedFilter final : public pipe::InputFilter, private pipe::FilterOutput {
 public:
  explicit WatchedFilter(pipe::InputFilter& filter) : filter_(filter) {}
  Fed feed(const pipe::Slice& raw, pipe::FilterOutput& out) override {
    out_ = &out;
    const Fed fed = filter_.feed(raw, *this);
    taken += fed.consumed;
    return fed;
  }
  std::optional<std::uint64_t> due() const override { return filter_.due(); }
  Error endError() const override { return filter_.endError(); }
  const Error& error() const override { return filter_.error(); }

  std::string produced;
  std::uint64_t taken = 0;

 private:
  void pass(const pipe::Slice& part) override {
    produced += asText(part.bytes());
    out_->pass(part);
  }
  void body(Bytes payload) override { out_->body(payload); }

  pipe::InputFilter& filter_;
  pipe::FilterOutput* out_ = nullptr;
};

class RandomSource final : public pipe::Source {
 public:
  enum class Ending { End, Fail, Silence };

  RandomSource(Choices& choices, std::string wire, Ending ending, bool singleBuf, bool tellsEnd)
      : choices_(choices), wire_(std::move(wire)), ending_(ending), singleBuf_(singleBuf), tellsEnd_(tellsEnd) {}

  IoResult receive(std::span<const MutableBytes> into) override {
    if (into.empty() || (singleBuf_ && into.size() != 1)) fault = "receive was not offered what it should be";
    if (lent_) checkLent(into[0]);
    IoResult result = attempt(into);
    if (result.status != IoResult::Status::WouldBlock) {
      giveBack();
    } else {
      ++dryReceives;
      waiting_ = true;
    }
    return result;
  }
  // Not always: a wait that owns nothing is as good.
  bool lend(MutableBytes piece, Lender& lender) override {
    if (!singleBuf_ || lent_) fault = "what was lent is lent again";
    if (choices_.chance(20)) return false;
    lent_ = piece;
    lender_ = &lender;
    std::memset(piece.data(), '~', piece.size());  // the kernel may do so whenever it likes
    return true;
  }
  bool endIsKnown() const override { return tellsEnd_ && atEnd() && !waiting_ && ending_ != Ending::Silence; }
  IoResult takeEnd() override { return end(); }

  // Readiness arrives, unless there will never be anything; what was lent may come back empty, as after a long silence.
  bool becomeReadable() {
    if (lent_ && choices_.chance(10)) giveBack();
    if (atEnd() && ending_ == Ending::Silence) return false;
    waiting_ = false;
    return true;
  }
  // The receive in flight is over.
  void giveBack() {
    if (std::exchange(lent_, std::nullopt)) lender_->givenBack();
  }
  // Nobody may touch what a receive owns.
  void checkLent() {
    if (!lent_) return;
    for (std::byte byte : *lent_) {
      if (byte != std::byte{'~'}) fault = "somebody wrote into a lent block";
    }
  }
  std::optional<MutableBytes> lent() const { return lent_; }
  bool atEnd() const { return at_ == wire_.size(); }
  std::size_t given() const { return at_; }

  std::string fault;
  int dryReceives = 0;

 private:
  IoResult attempt(std::span<const MutableBytes> into) {
    if (waiting_ || choices_.chance(20)) return IoResult::wouldBlock();
    if (atEnd()) return end();
    std::size_t room = 0;
    for (MutableBytes piece : into) room += piece.size();
    const std::size_t most = std::min(room, wire_.size() - at_);
    const std::size_t count = choices_.chance(30) ? most : choices_.between(1, most);
    std::size_t left = count;
    for (MutableBytes piece : into) {
      const std::size_t part = std::min(left, piece.size());
      if (part > 0) std::memcpy(piece.data(), wire_.data() + at_, part);
      at_ += part;
      left -= part;
    }
    return IoResult::ok(count);
  }
  IoResult end() const {
    switch (ending_) {
      case Ending::End: return IoResult::end();
      case Ending::Fail: return IoResult::failed({Code::ConnectionReset, Side::Upstream, 104, {}});
      case Ending::Silence: break;
    }
    return IoResult::wouldBlock();
  }
  void checkLent(MutableBytes again) {
    checkLent();
    if (again.data() != lent_->data() || again.size() != lent_->size()) fault = "another piece than the lent one";
  }

  Choices& choices_;
  std::string wire_;
  Ending ending_;
  bool singleBuf_;
  bool tellsEnd_;
  bool waiting_ = false;
  std::size_t at_ = 0;
  std::optional<MutableBytes> lent_;
  Lender* lender_ = nullptr;
};

// Takes parts, blocks, and fails after so many bytes.
class RandomStream final : public output::Stream {
 public:
  RandomStream(Choices& choices, bool canSendFile, std::uint64_t failsAfter)
      : choices_(choices), canSendFile_(canSendFile), failsAfter_(failsAfter), buffersMax_(choices.between(1, 64)) {}

  Capabilities capabilities() const override { return {.sendFile = canSendFile_, .buffersMax = buffersMax_}; }
  IoResult send(std::span<const Bytes> pieces) override {
    ++calls;
    if (pieces.empty() || pieces.size() > buffersMax_) fault = "a send of no or too many pieces";
    std::string bytes;
    for (Bytes piece : pieces) {
      if (piece.empty()) fault = "a send of an empty piece";
      bytes += asText(piece);
    }
    return take(bytes);
  }
  IoResult sendFile(buffer::File& file, std::uint64_t offset, std::uint64_t length) override {
    ++calls;
    if (length == 0) fault = "a send of an empty range";
    const std::string& content = static_cast<FakeFile&>(file).content;
    if (offset >= content.size()) return IoResult::end();
    return take(content.substr(offset, length));
  }
  bool holdsBack() const override { return heldBack_ > 0; }
  IoResult flush() override {
    if (choices_.chance(50)) return IoResult::wouldBlock();
    heldBack_ = 0;
    return IoResult::ok(0);
  }

  std::string sent;
  std::string fault;
  int calls = 0;

 private:
  IoResult take(const std::string& bytes) {
    if (sent.size() >= failsAfter_) return IoResult::failed({Code::ConnectionReset, Side::Client, 104, {}});
    if (choices_.chance(20)) return IoResult::wouldBlock();
    const std::size_t count = choices_.chance(40) ? bytes.size() : choices_.between(1, bytes.size());
    sent.append(bytes, 0, count);
    if (choices_.chance(10)) heldBack_ = 29;
    return IoResult::ok(count);
  }

  Choices& choices_;
  bool canSendFile_;
  std::uint64_t failsAfter_;
  std::size_t buffersMax_;
  std::size_t heldBack_ = 0;
};

// Stands between the pipe and the output chain and looks at what passes.
class WatchedOutput final : public pipe::OutputFilter, private buffer::SliceOwner {
 public:
  explicit WatchedOutput(pipe::OutputFilter& next) : next_(next) {}
  Readiness readiness(MonoTime now) const override { return next_.readiness(now); }
  MonoTime wakeAt(MonoTime now) const override { return next_.wakeAt(now); }
  pipe::OutputResult push(buffer::Chain& chain, MonoTime now) override {
    if (chain.empty()) ++emptyPushes;
    for (std::size_t i = 0; i < chain.size(); ++i) {
      buffer::Slice& slice = chain[i];
      accepted += slice.size;
      if (slice.last) ++lasts;
      if (slice.owner == nullptr) continue;
      inside_.push_back(slice);
      slice.owner = this;
      slice.ticket = first_ + static_cast<std::uint32_t>(inside_.size()) - 1;
    }
    return next_.push(chain, now);
  }
  void discard() override { next_.discard(); }

  bool holdsAny() const { return !inside_.empty(); }
  // The capacity of the distinct blocks that are inside.
  std::size_t blockBytesInside() const {
    std::set<const buffer::Block*> blocks;
    std::size_t bytes = 0;
    for (const auto& slice : inside_) {
      if (slice.block != nullptr && slice.owner != nullptr && blocks.insert(slice.block).second) {
        bytes += slice.block->capacity;
      }
    }
    return bytes;
  }
  bool shows(MutableBytes memory) const {
    return std::any_of(inside_.begin(), inside_.end(), [&](const buffer::Slice& slice) {
      return slice.owner != nullptr && !slice.inFile() && slice.data < memory.data() + memory.size() &&
             slice.data + slice.size > memory.data();
    });
  }

  std::uint64_t accepted = 0;
  int lasts = 0;
  int emptyPushes = 0;

 private:
  void sliceDone(std::uint32_t ticket) override {
    buffer::Slice& slice = inside_.at(ticket - first_);
    SLUICE_ASSERT(slice.owner != nullptr);  // told twice
    slice.done();
    slice.owner = nullptr;
    while (!inside_.empty() && inside_.front().owner == nullptr) {
      inside_.pop_front();
      ++first_;
    }
  }

  pipe::OutputFilter& next_;
  std::deque<buffer::Slice> inside_;
  std::uint32_t first_ = 0;
};

}  // namespace sluice::test
