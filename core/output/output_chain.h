// Decides, slice by slice, whether bytes can go to the next stage as they are or must be copied first, and reads file ranges
// when they must be in memory. Rules: spec of the output chain; each is named where it is obeyed. One loop's thread.
//
// Memory: bufs.count x bufs.size, plus exact-size buffers for a last or an unaligned part.
#pragma once

#include <memory>
#include <vector>

#include "core/base/limits.h"
#include "core/buffer/block.h"
#include "core/output/file_reader.h"
#include "core/pipe/output_filter.h"

namespace sluice::output {

// What the next stage asks for.
struct Demands {
  bool sendFile = false;      // the stream can send file ranges
  bool needInMemory = false;  // something downstream looks at bytes
  bool needInTemp = false;    // something downstream changes bytes in place
  std::size_t alignment = limits::kBlockAlignment;  // for files opened for direct I/O
};

struct CopyBuffers {
  std::size_t count = limits::kCopyBuffers;
  std::size_t size = limits::kCopyBufferBytes;  // a multiple of Demands::alignment where direct I/O is used
};

class OutputChain final : public pipe::OutputFilter, public FileReadTarget, private buffer::SliceOwner {
 public:
  // `reader` may be null when no file slice ever needs to be in memory.
  OutputChain(pipe::OutputFilter& next, const Demands& demands, FileReader* reader, const CopyBuffers& bufs = {});
  ~OutputChain() override;  // REQUIRES: !reading()
  OutputChain(const OutputChain&) = delete;
  OutputChain& operator=(const OutputChain&) = delete;

  // REQUIRES: nothing pending.
  void setDemands(const Demands& demands) { demands_ = demands; }

  pipe::OutputResult push(buffer::Chain& chain, MonoTime now) override;
  Readiness readiness(MonoTime now) const override;
  MonoTime wakeAt(MonoTime now) const override { return next_.wakeAt(now); }
  void discard() override;
  void fileRead(Result<std::size_t> result) override;

  // A file read is in flight: neither this object nor the file may go away.
  bool reading() const { return read_ == Read::InFlight; }
  bool pending() const { return !in_.empty() || !busy_.empty(); }
  std::size_t allocated() const { return allocated_; }  // copy buffers of the normal size

 private:
  struct Buffer;
  enum class Read : std::uint8_t { None, InFlight, Finished };

  pipe::OutputFilter& next_;
  Demands demands_;
  FileReader* reader_;
  const CopyBuffers bufs_;
  buffer::Chain in_;
  buffer::Chain busy_;
  buffer::Chain batch_;
  Read read_ = Read::None;
  std::size_t allocated_ = 0;
};

}  // namespace sluice::output
