#include "platform/posix/sender_credentials.h"

#include <cstring>

namespace sluice::platform {

std::size_t senderCredentialsSpace() { return CMSG_SPACE(sizeof(ucred)); }

bool askForSenderCredentials(int socket) {
  const int on = 1;
  return ::setsockopt(socket, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) == 0;
}

std::uint64_t senderIn(const cmsghdr& part) {
  if (part.cmsg_level != SOL_SOCKET || part.cmsg_type != SCM_CREDENTIALS) return 0;
  ucred sender{};
  std::memcpy(&sender, CMSG_DATA(&part), sizeof sender);
  return sender.pid > 0 ? static_cast<std::uint64_t>(sender.pid) : 0;
}

}  // namespace sluice::platform
