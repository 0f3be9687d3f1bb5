// A named pipe, and not the Unix domain sockets that Windows 10 has as well: pipes have access lists of their own, tell
// who the client is, are what Qt's local sockets speak here, and run under Wine, whose version 8 knows no AF_UNIX.
#include "platform/control_endpoint.h"

#include <array>
#include <cstdio>
#include <random>

#include "platform/windows/control_pipe.h"
#include "platform/windows/security.h"
#include "platform/windows/system_error.h"

namespace sluice::platform {
namespace {

// Pipes have one name space for all users: a name that cannot be guessed cannot be taken in advance.
std::string freshAddress() {
  std::random_device random;
  std::array<char, 64> name{};
  std::snprintf(name.data(), name.size(), "\\\\.\\pipe\\sluice-%08x%08x%08x%08x", random(), random(), random(), random());
  return name.data();
}

}  // namespace

Result<ControlEndpoint> ControlEndpoint::listen(const std::filesystem::path&) {
  auto address = freshAddress();
  auto first = makePipeInstance(address, PipeInstance::First);
  if (!first) return fail(first.error());
  return ControlEndpoint(*std::move(first), std::move(address), {});
}

// The pipe is gone with its last instance.
ControlEndpoint::~ControlEndpoint() = default;

bool peerIsThisUser(Handle connection) {
  ULONG client = 0;
  if (GetNamedPipeClientProcessId(systemHandle(connection), &client) == 0) return false;
  const OwnedHandle process = owned(OpenProcess(PROCESS_QUERY_LIMITED_INFORMATION, FALSE, client));
  if (!process) return false;
  auto theirs = userOf(systemHandle(process));
  return !theirs.empty() && sameUser(userOf(GetCurrentProcess()), theirs.data());
}

}  // namespace sluice::platform
