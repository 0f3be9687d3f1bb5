#include "tests/support/pipe/output_schedule.h"

#include <deque>
#include <memory>

#include "tests/support/pipe/schedule_partners.h"

namespace sluice::test {
namespace {

using buffer::Slice;
using Readiness = pipe::OutputFilter::Readiness;
using Status = pipe::OutputResult::Status;

class CountingOwner final : public buffer::SliceOwner {
 public:
  void sliceDone(std::uint32_t ticket) override { ++done.at(ticket); }
  std::vector<int> done;
};

class Schedule {
 public:
  explicit Schedule(Choices& choices) : choices_(choices) {
    output::Demands demands;
    demands.sendFile = choices.chance(50);
    demands.needInMemory = choices.chance(40);
    demands.needInTemp = choices.chance(40);
    demands.alignment = std::size_t{8} << choices.below(4);
    alignment_ = demands.alignment;
    bufs_ = {.count = choices.between(1, 4), .size = demands.alignment * choices.between(1, 5)};
    stream_ = std::make_unique<RandomStream>(choices, demands.sendFile && !demands.needInMemory,
                                             choices.chance(10) ? choices.below(500) : ~std::uint64_t{0});
    writer_ = std::make_unique<output::ChainWriter>(*stream_);
    if (choices.chance(25)) {
      bucket_ = std::make_unique<TokenBucket>(choices.between(100, 10'000), choices.between(1, 300));
      writer_->setLimiter(bucket_.get());
    }
    chain_ = std::make_unique<output::OutputChain>(*writer_, demands, &reader_, bufs_);
    for (std::size_t i = 0; i < 3; ++i) {
      files_.push_back(std::make_unique<FakeFile>("file " + std::to_string(i), someText(choices.below(600))));
      files_.back()->direct = choices.chance(40);
      files_.back()->canChangeDirect = choices.chance(80);
    }
  }

  std::string run() {
    const std::uint64_t pushes = choices_.between(1, 12);
    for (std::uint64_t i = 0; i < pushes && !over(); ++i) {
      push(makeChain(i + 1 == pushes));
      for (std::uint64_t moves = choices_.below(6); moves > 0 && !over(); --moves) move();
    }
    for (int step = 0; !over() && status_ == Status::Again; ++step) {
      if (step > 100'000) fail("no end in sight");
      move();
    }
    if (fault_.empty()) checkEnding();
    chain_->discard();
    if (reader_.inFlight()) reader_.complete();
    return fault_;
  }

 private:
  bool over() const { return !fault_.empty() || status_ == Status::Failed; }

  std::string someText(std::size_t size) {
    std::string text(size, ' ');
    for (char& c : text) c = static_cast<char>('!' + counter_++ * 7 % 90);
    return text;
  }

  buffer::Chain makeChain(bool last) {
    buffer::Chain chain;
    for (std::uint64_t i = choices_.below(6); i > 0; --i) addSlice(chain);
    if (last) {
      if (chain.empty() || choices_.chance(30)) addEmpty(chain);
      chain[chain.size() - 1].last = true;
    }
    return chain;
  }

  void addSlice(buffer::Chain& chain) {
    const std::uint64_t kind = choices_.below(10);
    if (kind == 0) return addEmpty(chain);
    FakeFile& file = *files_[choices_.below(files_.size())];
    Slice slice;
    if (kind < 5 && !file.content.empty()) {
      // Often where the last one of this file ended, so that ranges can be joined.
      std::uint64_t from = choices_.chance(50) ? lastEnd_ % file.content.size() : choices_.below(file.content.size());
      const std::uint64_t size = choices_.between(1, file.content.size() - from);
      slice = Slice::ofFile(file, from, size);
      lastEnd_ = slice.end();
      expected_ += file.content.substr(from, size);
    } else {
      texts_.push_back(someText(choices_.between(1, 200)));
      const auto memory = choices_.chance(50) ? Slice::Kind::Memory : Slice::Kind::ReadOnly;
      slice = Slice::ofMemory(asBytes(texts_.back()), memory);
      expected_ += texts_.back();
    }
    slice.flush = choices_.chance(10);
    own(slice);
    chain.pushBack(slice);
  }

  void addEmpty(buffer::Chain& chain) {
    Slice slice = Slice::ofMemory({});
    slice.flush = true;
    own(slice);
    chain.pushBack(slice);
  }

  void own(Slice& slice) {
    slice.owner = &owner_;
    slice.ticket = static_cast<std::uint32_t>(owner_.done.size());
    owner_.done.push_back(0);
  }

  void push(buffer::Chain chain) {
    const int calls = stream_->calls;
    const std::size_t before = stream_->sent.size();
    const auto result = chain_->push(chain, now_);
    status_ = result.status;
    error_ = result.error;
    seenDone_ = seenDone_ || status_ == Status::Done;
    if (!chain.empty()) fail("push left slices behind");
    if (stream_->calls - calls > 3 + 3 * static_cast<int>(stream_->sent.size() - before))
      fail("spinning on the stream");
    check();
  }

  // Whatever can happen to what waits.
  void move() {
    now_ += Micros(choices_.below(5000));
    if (reader_.inFlight() && choices_.chance(60)) {
      if (choices_.chance(2)) truncate();
      reader_.complete();
    }
    const Readiness readiness = chain_->readiness(now_);
    if (readiness == Readiness::Blocked && choices_.chance(60)) writer_->onWritable();
    if (readiness == Readiness::Delayed) now_ = chain_->wakeAt(now_);
    push({});
  }

  void truncate() {
    FakeFile& file = *reader_.asked.back().file;
    file.content.resize(choices_.below(file.content.size()));
    truncated_ = true;
  }

  void check() {
    if (!stream_->fault.empty()) fail(stream_->fault);
    if (expected_.compare(0, stream_->sent.size(), stream_->sent) != 0) fail("other bytes went out");
    if (chain_->buffersAllocated() > bufs_.count) fail("more copy buffers than allowed");
    for (const int times : owner_.done) {
      if (times > 1) fail("an owner was told twice");
    }
  }

  void checkEnding() {
    for (const int times : owner_.done) {
      if (times != 1) fail("an owner was not told");
    }
    if (status_ == Status::Failed) {
      if (error_.code == Code::FileChanged && !truncated_) fail("a file was said to have changed");
      if (error_.code == Code::None) fail("failed without a reason");
      return;
    }
    if (!seenDone_) fail("the last slice was not seen");
    if (stream_->sent != expected_ && !truncated_) fail("bytes are missing");
    if (chain_->pending() || writer_->pending()) fail("done, and something is pending");
    for (const auto& asked : reader_.asked) {
      if (!asked.direct) continue;
      const bool unchangeable = !asked.file->canChangeDirect;
      const bool aligned = (asked.offset | asked.size | asked.address) % alignment_ == 0;
      if (!aligned && !unchangeable) fail("an unaligned read with direct I/O on");
    }
  }

  void fail(const std::string& what) {
    if (fault_.empty())
      fault_ = what + " (" + std::to_string(stream_->sent.size()) + " of " + std::to_string(expected_.size()) +
               " bytes out, buffers " + std::to_string(bufs_.count) + " x " + std::to_string(bufs_.size) + ")";
  }

  Choices& choices_;
  output::CopyBuffers bufs_;
  std::size_t alignment_ = 0;
  unsigned counter_ = 0;
  std::uint64_t lastEnd_ = 0;
  MonoTime now_ = at(1'000'000);
  Status status_ = Status::Ok;
  Error error_;
  bool truncated_ = false;
  bool seenDone_ = false;
  std::string expected_;
  std::string fault_;
  std::deque<std::string> texts_;
  std::vector<std::unique_ptr<FakeFile>> files_;
  CountingOwner owner_;
  FakeReader reader_;
  std::unique_ptr<TokenBucket> bucket_;
  std::unique_ptr<RandomStream> stream_;
  std::unique_ptr<output::ChainWriter> writer_;
  std::unique_ptr<output::OutputChain> chain_;
};

}  // namespace

std::string runOutputSchedule(Choices& choices) {
  Schedule schedule(choices);
  return schedule.run();
}

}  // namespace sluice::test
