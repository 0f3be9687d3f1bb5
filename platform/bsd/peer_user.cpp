#include <sys/types.h>
#include <unistd.h>

#include "platform/control_endpoint.h"
#include "platform/posix/descriptor.h"

namespace sluice::platform {

bool peerIsThisUser(Handle connection) {
  uid_t user = 0;
  gid_t group = 0;
  return ::getpeereid(descriptor(connection), &user, &group) == 0 && user == ::geteuid();
}

}  // namespace sluice::platform
