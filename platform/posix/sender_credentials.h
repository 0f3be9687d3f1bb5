// Who sent a message over a local socket, as the kernel knows it. Private to the files for POSIX systems. Any thread.
#pragma once

#include <sys/socket.h>

#include <cstddef>
#include <cstdint>

namespace sluice::platform {

// Room that the credentials take beside a message.
std::size_t senderCredentialsSpace();
// Asks the kernel to give them with each message.
bool askForSenderCredentials(int socket);
// The sender's process; 0 when this part of the message does not tell.
std::uint64_t senderIn(const cmsghdr& part);

}  // namespace sluice::platform
