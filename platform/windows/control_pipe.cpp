#include "platform/windows/control_pipe.h"

#include "platform/windows/security.h"
#include "platform/windows/system_error.h"
#include "platform/windows/text.h"

namespace sluice::platform {

Result<OwnedHandle> makePipeInstance(const std::string& address, PipeInstance which) {
  constexpr DWORD kBufferBytes = 64 * 1024;
  auto access = OwnerOnly::create();
  if (!access) return fail(access.error());
  const DWORD first = which == PipeInstance::First ? FILE_FLAG_FIRST_PIPE_INSTANCE : 0;
  OwnedHandle pipe = owned(CreateNamedPipeW(
      widen(address).c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | first,
      PIPE_TYPE_BYTE | PIPE_READMODE_BYTE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, PIPE_UNLIMITED_INSTANCES, kBufferBytes,
      kBufferBytes, 0, access->attributes()));
  if (!pipe) return systemFailure(GetLastError(), "cannot listen on the control pipe " + address);
  return pipe;
}

}  // namespace sluice::platform
