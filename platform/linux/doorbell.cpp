// On a pipe. The flags of an end belong to every process that has it, so that O_NONBLOCK could be taken away from whoever writes:
// each write says itself that it does not wait (RWF_NOWAIT, pwritev2(2); of pipes since Linux 6.4).
#include "platform/doorbell.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>

#include "platform/posix/descriptor.h"
#include "platform/posix/system_error.h"

namespace sluice::platform {

std::pair<Doorbell, DoorbellButton> Doorbell::make() {
  std::pair<Doorbell, DoorbellButton> ends;
  int pipe[2] = {-1, -1};
  if (::pipe2(pipe, O_CLOEXEC | O_NONBLOCK) != 0) return ends;
  ends.first.end_ = OwnedHandle(pipe[0]);
  ends.first.canRing_ = true;
  ends.second.end_ = OwnedHandle(pipe[1]);
  if (!ends.second.ring()) return {};
  ends.first.silence();
  return ends;
}

// Nobody else has this end: its O_NONBLOCK stays.
void Doorbell::silence() {
  std::array<char, 64> rings;
  if (::read(descriptor(end_), rings.data(), rings.size()) == 0) canRing_ = false;
}

Result<DoorbellButton> DoorbellButton::take(OwnedHandle received) {
  struct stat about {};
  if (::fstat(descriptor(received), &about) != 0) return systemFailure(errno, "what was received to wake the other process");
  const int flags = ::fcntl(descriptor(received), F_GETFL);
  if (!S_ISFIFO(about.st_mode) || flags < 0 || (flags & O_ACCMODE) == O_RDONLY) {
    return fail(Side::Local, Code::ProtocolFault, "what was received to wake the other process is no pipe to write to");
  }
  DoorbellButton button;
  button.end_ = std::move(received);
  return button;
}

bool DoorbellButton::ring() {
  char one = 1;
  const iovec piece{&one, 1};
  // A pipe that is full has rung often enough.
  return ::pwritev2(descriptor(end_), &piece, 1, -1, RWF_NOWAIT) == 1 || errno == EAGAIN;
}

}  // namespace sluice::platform
