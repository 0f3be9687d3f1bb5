#include <sys/socket.h>
#include <unistd.h>

#include "platform/control_endpoint.h"
#include "platform/posix/descriptor.h"

namespace sluice::platform {

bool peerIsThisUser(Handle connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  if (getsockopt(descriptor(connection), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return false;
  return peer.uid == geteuid();
}

}  // namespace sluice::platform
