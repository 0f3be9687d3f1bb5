// The last stage: sends slices through a stream, in order, in as few calls as possible, within a limiter's allowance,
// and keeps what could not be sent. One belongs to one connection and serves all its messages. One loop's thread.
//
// Bytes out equal bytes in. No zero-byte send is ever made. After a failure everything is discarded, and owners are
// told.
#pragma once

#include <list>
#include <string>

#include "core/base/limits.h"
#include "core/output/stream.h"
#include "core/pipe/limiter.h"
#include "core/pipe/output_filter.h"

namespace sluice::output {

class ChainWriter final : public pipe::OutputFilter, private buffer::SliceOwner {
 public:
  explicit ChainWriter(Stream& stream, pipe::Limiter* limiter = nullptr) : stream_(&stream), limiter_(limiter) {}
  ChainWriter(const ChainWriter&) = delete;
  ChainWriter& operator=(const ChainWriter&) = delete;

  // Queues bytes that the writer keeps until they are sent: heads, error pages. Sent with the next push().
  void appendOwned(std::string text);
  // Queues bytes that the caller keeps until they are sent.
  void append(const buffer::Slice& slice);

  pipe::OutputResult push(buffer::Chain& chain, MonoTime now) override;
  // Sends what is queued.
  pipe::OutputResult flush(MonoTime now);
  Readiness readiness(MonoTime now) const override;
  MonoTime wakeAt(MonoTime now) const override;
  void discard() override;

  // The stream was announced writable.
  void onWritable() { blocked_ = false; }
  // A new stream on the same connection (TLS begins, or a tunnel starts). REQUIRES: nothing pending.
  void setStream(Stream& stream);
  // What is pending waits for the new one. The old one is not told: it may be gone.
  void setLimiter(pipe::Limiter* limiter) {
    limiter_ = limiter;
    untold_ = pending_.bytes();
  }

  // Gives memory back, where nothing is pending.
  void releaseUnused() { pending_.releaseUnused(); }

  bool isLimited() const { return limiter_ != nullptr; }

  // Something waits here or in the stream.
  bool pending() const { return !pending_.empty() || stream_->holdsBack(); }
  bool failed() const { return failed_; }
  const Error& error() const { return error_; }
  std::uint64_t bytesPending() const { return pending_.bytes(); }
  std::uint64_t bytesSent() const { return sent_; }  // taken by the stream, since the beginning

 private:
  void sliceDone(std::uint32_t ticket) override;  // of owned text

  pipe::OutputResult send(MonoTime now);
  std::size_t allowed(std::size_t turn, MonoTime now) const;
  IoResult sendMemory(std::size_t allowance, std::size_t& offered);
  IoResult sendFileRange(std::size_t allowance, std::size_t& offered);
  pipe::OutputResult finish();
  void consume(std::size_t bytes);
  pipe::OutputResult fail(Error error);

  Stream* stream_;
  pipe::Limiter* limiter_;
  buffer::Chain pending_;
  std::list<std::string> owned_;  // a deque would cost every idle connection half a kilobyte
  std::uint64_t sent_ = 0;
  std::uint64_t untold_ = 0;  // pending bytes of which the limiter does not know yet
  bool blocked_ = false;
  bool lastSent_ = false;
  bool failed_ = false;
  Error error_;
};

}  // namespace sluice::output
