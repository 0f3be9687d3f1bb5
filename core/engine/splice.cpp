#include "core/engine/splice.h"

#include <utility>


namespace sluice::engine {

Splice::Moved Splice::run(Receive receive) {
  Moved moved;
  while (pipe_ ? sendSome(moved) : receiveSome(moved, receive)) {
  }
  return moved;
}

bool Splice::receiveSome(Moved& moved, Receive receive) {
  moved.stop = Stop::LeftToCaller;
  if (receive == Receive::No) return false;
  if (moved.received >= limits::kPipeTurnBytes) {
    moved.stop = Stop::TurnOver;
    return false;
  }
  if (!from_.mayReceive()) {
    moved.stop = Stop::Dry;
    return false;
  }
  auto pipe = pipes_.take();
  if (!pipe) return false;
  auto result = from_.receiveInto(*pipe);
  switch (result.status) {
    case IoResult::Status::Ok:
      moved.received += result.bytes;
      pipe_ = std::move(pipe);
      return true;
    case IoResult::Status::WouldBlock: moved.stop = Stop::Dry; break;
    case IoResult::Status::End: break;
    case IoResult::Status::Failed:
      if (result.error.side == Side::Local) break;  // it cannot be spliced; it can be read
      moved.stop = Stop::SourceFailed;
      moved.error = std::move(result.error);
      break;
  }
  pipes_.give(std::move(pipe));
  return false;
}

bool Splice::sendSome(Moved& moved) {
  auto result = to_.sendFrom(*pipe_);
  switch (result.status) {
    case IoResult::Status::Ok:
      moved.sent += result.bytes;
      if (pipe_->held() == 0) cancel();
      return true;
    case IoResult::Status::WouldBlock: moved.stop = Stop::Blocked; return false;
    case IoResult::Status::End:
    case IoResult::Status::Failed: break;
  }
  moved.stop = Stop::SinkFailed;
  moved.error = std::move(result.error);
  cancel();
  return false;
}

void Splice::cancel() {
  if (pipe_) pipes_.give(std::move(pipe_));
}

}  // namespace sluice::engine
