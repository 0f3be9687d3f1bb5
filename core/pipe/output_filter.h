// What takes slices towards the client: the output chain, the chain writer, or anything that stands between. It holds
// what could not be sent yet and tells each slice's owner when the slice was consumed. One loop's thread.
#pragma once

#include "core/base/error.h"
#include "core/base/time.h"
#include "core/buffer/chain.h"

namespace sluice::pipe {

struct OutputResult {
  enum class Status : std::uint8_t {
    Ok,      // everything was passed on
    Again,   // something waits: for room in the stream, for a limiter, for a file
    Done,    // as Ok, and the last slice of the message was among it
    Failed,  // the stream is broken. ENSURES: no slice is held any more, every owner was told
  };
  Status status = Status::Ok;
  Error error;

  static OutputResult ok() { return {}; }
  static OutputResult again() { return {Status::Again, {}}; }
  static OutputResult done() { return {Status::Done, {}}; }
  static OutputResult failed(Error why) { return {Status::Failed, std::move(why)}; }
};

class OutputFilter {
 public:
  enum class Readiness : std::uint8_t {
    Ready,         // could take bytes now
    Blocked,       // the stream takes nothing until it becomes writable
    Delayed,       // the limiter lets nothing pass before wakeAt()
    WaitsForFile,  // a file read is in flight; its completion re-enters
  };

  virtual ~OutputFilter() = default;
  virtual Readiness readiness(MonoTime now) const = 0;
  // REQUIRES: readiness() is Delayed.
  virtual MonoTime wakeAt(MonoTime now) const = 0;
  // Takes every slice of `chain` and leaves it empty, sends what can be sent. An empty chain is a flush.
  virtual OutputResult push(buffer::Chain& chain, MonoTime now) = 0;
  // Drops whatever is held; every owner is told.
  virtual void discard() = 0;
};

}  // namespace sluice::pipe
