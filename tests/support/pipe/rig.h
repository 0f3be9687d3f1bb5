// A pipe between scripted ends, for the tests of its rules. One thread.
#pragma once

#include "core/buffer/heap_block_pool.h"
#include "core/pipe/copy_filter.h"
#include "tests/support/pipe/fakes.h"

namespace sluice::test {

struct PipeRig {
  explicit PipeRig(std::size_t blockBytes = 16, std::size_t maxBlocks = 4) : pool(blockBytes) {
    settings.maxBlocks = maxBlocks;
    settings.busyLimit = blockBytes * maxBlocks;
    settings.spillWriteSize = 2 * blockBytes;
    settings.maxSpillSize = 1'000'000;
    settings.markLast = false;
    ends = {&source, &copy, &output, &pool, &spill, nullptr, &tap, &lender};
  }
  ~PipeRig() {
    if (spill.inFlight) spill.complete(pipe);
    pipe.close();
    source.giveBack();
  }
  PipeRig(const PipeRig&) = delete;
  PipeRig& operator=(const PipeRig&) = delete;

  void start(std::string_view preread = {}) {
    source.singleBuf = settings.singleBuf;
    pipe.start(settings, ends, asBytes(preread));
  }
  void withLength(std::uint64_t length) {
    fixed = pipe::LengthFilter(length);
    ends.filter = &fixed;
  }
  pipe::Outcome read() { return pipe.process(pipe::DoWrite::No, now); }
  pipe::Outcome write() { return pipe.process(pipe::DoWrite::Yes, now); }
  pipe::Outcome spilled() {
    spill.complete(pipe);
    return write();
  }
  // The output filter becomes ready and takes everything from now on.
  pipe::Outcome openOutput() {
    output.state = pipe::OutputFilter::Readiness::Ready;
    output.takes = ~std::uint64_t{0};
    return write();
  }
  void blockOutput() { output.state = pipe::OutputFilter::Readiness::Blocked; }

  MonoTime now = at(1'000'000);
  buffer::HeapBlockPool pool;
  ScriptedSource source;
  ScriptedOutput output;
  FakeSpillFile spill;
  FakeTap tap;
  pipe::CopyFilter copy;
  pipe::LengthFilter fixed;
  pipe::Settings settings;
  pipe::Ends ends;
  pipe::EventPipe pipe;
  struct BackToPipe final : Lender {
    explicit BackToPipe(pipe::EventPipe& p) : pipe(p) {}
    void givenBack() override { pipe.blockGivenBack(); }
    pipe::EventPipe& pipe;
  } lender{pipe};
};

inline std::string numbered(std::size_t bytes) {
  std::string text;
  while (text.size() < bytes) text += std::to_string(text.size()) + ",";
  text.resize(bytes);
  return text;
}

}  // namespace sluice::test
