// Decides, slice by slice, whether bytes can go to the next stage as they are or must be copied first, and reads file
// ranges when they must be in memory. Rules: spec of the output chain; each is named where it is obeyed. One loop's
// thread.
//
// Memory: bufs.count x bufs.size, and an exact-size buffer in the place of a normal one for a last or an unaligned
// part.
#pragma once

#include <vector>

#include "core/base/limits.h"
#include "core/output/file_reader.h"
#include "core/pipe/output_filter.h"

namespace sluice::output {

// What the next stage asks for.
struct Demands {
  bool sendFile = false;                            // the stream can send file ranges
  bool needInMemory = false;                        // something downstream looks at bytes
  bool needInTemp = false;                          // something downstream changes bytes in place
  std::size_t alignment = limits::kBlockAlignment;  // for files opened for direct I/O; a power of two
};

struct CopyBuffers {
  std::size_t count = limits::kCopyBuffers;     // at least 1
  std::size_t size = limits::kCopyBufferBytes;  // with direct I/O a multiple of Demands::alignment
};

class OutputChain final : public pipe::OutputFilter, public FileReadTarget, private buffer::SliceOwner {
 public:
  // `reader` may be null where no file slice ever needs to be in memory.
  OutputChain(pipe::OutputFilter& next, const Demands& demands, FileReader* reader, const CopyBuffers& bufs = {});
  ~OutputChain() override;  // REQUIRES: !reading()
  OutputChain(const OutputChain&) = delete;
  OutputChain& operator=(const OutputChain&) = delete;

  // REQUIRES: nothing pending.
  void setDemands(const Demands& demands);

  pipe::OutputResult push(buffer::Chain& chain, MonoTime now) override;
  Readiness readiness(MonoTime now) const override;
  MonoTime wakeAt(MonoTime now) const override { return next_.wakeAt(now); }
  void discard() override;
  // Push again afterwards (an empty chain will do).
  void fileRead(Result<std::size_t> result) override;

  // A file read is in flight: neither this object nor the file may go away.
  bool reading() const { return read_ == Read::InFlight || read_ == Read::Abandoned; }
  bool pending() const { return !in_.empty() || busyBuffers_ > 0; }
  std::size_t buffersAllocated() const { return allocated_; }
  std::uint64_t bytesCopied() const { return copied_; }

 private:
  struct CopyBuffer {
    enum class State : std::uint8_t { Gone, Free, Filling, Busy, Sent };
    std::byte* data = nullptr;
    std::size_t size = 0;
    State state = State::Gone;
    bool exact = false;  // of a size of its own: not used again
  };
  enum class Read : std::uint8_t { None, InFlight, Finished, Abandoned };
  enum class Fill : std::uint8_t { Complete, NoBuffer, Reading, Failed };
  static constexpr std::size_t kNone = ~std::size_t{0};

  void sliceDone(std::uint32_t ticket) override;

  pipe::OutputResult run(MonoTime now);
  bool passesAsItIs(const buffer::Slice& slice) const;
  bool allPass(const buffer::Chain& chain) const;
  Fill fillBatch();
  void dropEmpty();
  bool acquire(const buffer::Slice& slice);
  std::size_t exactSize(const buffer::Slice& slice) const;
  Fill copyFront();
  Fill startRead(const buffer::Slice& slice, CopyBuffer& into);
  bool finishRead();
  void emitCopy(std::size_t bytes);
  std::size_t allocate(std::size_t size, bool exact);
  void release(CopyBuffer& copy);
  void recycle();
  pipe::OutputResult fail(Error error);
  void invariants() const;

  pipe::OutputFilter& next_;
  Demands demands_;
  FileReader* reader_;
  const CopyBuffers bufs_;

  buffer::Chain in_;     // what came, not yet processed
  buffer::Chain batch_;  // on its way to the next stage; empty between calls
  std::vector<CopyBuffer> buffers_;
  std::size_t filling_ = kNone;  // the buffer being filled
  std::size_t allocated_ = 0;    // buffers that are not Gone
  std::size_t busyBuffers_ = 0;
  std::uint64_t copied_ = 0;

  Read read_ = Read::None;
  std::size_t readAsked_ = 0;
  bool readBuffered_ = false;  // direct I/O was turned off for this read
  buffer::File* readFile_ = nullptr;
  Result<std::size_t> readResult_ = 0;
  bool emptyReported_ = false;
  Error error_;
};

}  // namespace sluice::output
