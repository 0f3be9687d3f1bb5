#include "platform/posix/sender_credentials.h"

#include <sys/types.h>
#include <sys/un.h>

#include <cstring>

namespace sluice::platform {

// The kernel tells of no more groups than CMGROUP_MAX.
std::size_t senderCredentialsSpace() { return CMSG_SPACE(SOCKCRED2SIZE(CMGROUP_MAX)); }

bool askForSenderCredentials(int socket) {
  const int on = 1;
  return ::setsockopt(socket, SOL_LOCAL, LOCAL_CREDS_PERSISTENT, &on, sizeof on) == 0;
}

std::uint64_t senderIn(const cmsghdr& part) {
  if (part.cmsg_level != SOL_SOCKET || part.cmsg_type != SCM_CREDS2) return 0;
  sockcred2 sender{};
  std::memcpy(&sender, CMSG_DATA(&part), sizeof sender);
  return sender.sc_pid > 0 ? static_cast<std::uint64_t>(sender.sc_pid) : 0;
}

}  // namespace sluice::platform
