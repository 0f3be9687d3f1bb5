// The short way of one direction of a tunnel: from socket to socket through a pipe of the kernel, for bytes that nobody here
// looks at, keeps or holds back. Has a pipe only while it holds bytes. Loop thread only.
#pragma once

#include <cstdint>
#include <memory>

#include "core/base/limits.h"
#include "core/engine/link.h"
#include "platform/net/kernel_pipe.h"

namespace sluice::engine {

class Splice {
 public:
  // A turn that moves less is as cheap through memory, and gets by with a call less.
  static constexpr std::uint64_t kBytesMin = 16 * limits::kKiB;

  enum class Stop : std::uint8_t {
    Dry,           // nothing more has come: wait for it
    Blocked,       // no room for what is held: wait for that
    TurnOver,      // others should get their turn
    LeftToCaller,  // nothing is held, and what comes next is not for the short way: the end of the stream, for one
    SourceFailed,
    SinkFailed,
  };
  struct Moved {
    std::uint64_t received = 0;
    std::uint64_t sent = 0;
    Stop stop = Stop::Dry;
    Error error;  // of SourceFailed and SinkFailed
  };

  // REQUIRES: both links outlive it, or cancel() is called before.
  Splice(Link& from, Link& to, net::KernelPipes& pipes) : from_(from), to_(to), pipes_(pipes) {}
  ~Splice() { cancel(); }
  Splice(Splice&&) = delete;

  enum class Receive : bool { No, Yes };
  // Moves what can be moved; with Receive::No only what it holds. REQUIRES: canSplice() of both links.
  Moved run(Receive receive);
  bool holds() const { return pipe_ != nullptr; }
  // What it holds is lost.
  void cancel();

 private:
  // True: go on.
  bool receiveSome(Moved& moved, Receive receive);
  bool sendSome(Moved& moved);

  Link& from_;
  Link& to_;
  net::KernelPipes& pipes_;
  std::unique_ptr<net::KernelPipe> pipe_;  // null: nothing is held
};

}  // namespace sluice::engine
