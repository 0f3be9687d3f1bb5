// Where a pipe's bytes come from: a connection's receiving side. One loop's thread.
#pragma once

#include <span>

#include "core/base/bytes.h"
#include "core/base/lender.h"

namespace sluice::pipe {

class Source {
 public:
  virtual ~Source() = default;
  // Receives into the pieces in order. Tries first and never waits; a source that knows that nothing is there
  // (it waits for readiness already) answers WouldBlock without a system call.
  virtual IoResult receive(std::span<const MutableBytes> into) = 0;
  // Where a wait may own memory (Settings::singleBuf), after WouldBlock: true when it keeps `piece` and receives into it. Until the
  // lender has it again, each receive() brings this piece alone; one that says something else than WouldBlock has given it back.
  virtual bool lend(MutableBytes piece, Lender& lender) = 0;
  // True where the platform already told that the stream has ended and nothing is left to read (kqueue).
  virtual bool endIsKnown() const = 0;
  // End, or Failed if the socket carries an error. REQUIRES: endIsKnown().
  virtual IoResult takeEnd() = 0;
};

}  // namespace sluice::pipe
