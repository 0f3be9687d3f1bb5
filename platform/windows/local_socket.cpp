#include "platform/local_socket.h"

#include <algorithm>

#include "platform/windows/system_error.h"
#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

using SteadyTime = std::chrono::steady_clock::time_point;

SteadyTime deadlineAfter(LocalSocket::Timeout timeout) { return std::chrono::steady_clock::now() + timeout; }

DWORD millisecondsUntil(SteadyTime deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  return static_cast<DWORD>(std::clamp<std::int64_t>(left, 0, 0x7fffffff));
}

tl::unexpected<Error> noAnswer() { return fail(Side::Local, Code::IdleTimeout, "the engine does not answer"); }

// One overlapped operation, waited for until the deadline. `begin` starts it: BOOL(OVERLAPPED*). Whatever comes of it, the
// system has let go of the memory when this returns.
template <class Begin>
Result<std::size_t> wait(const OwnedHandle& pipe, SteadyTime deadline, Begin begin) {
  const OwnedHandle event = owned(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  if (!event) return systemFailure(GetLastError(), "control connection");
  OVERLAPPED operation{};
  operation.hEvent = systemHandle(event);
  if (begin(&operation) == 0 && GetLastError() != ERROR_IO_PENDING) {
    return systemFailure(GetLastError(), "control connection");
  }
  const bool late = WaitForSingleObject(operation.hEvent, millisecondsUntil(deadline)) != WAIT_OBJECT_0;
  if (late) CancelIoEx(systemHandle(pipe), &operation);
  DWORD count = 0;
  if (GetOverlappedResult(systemHandle(pipe), &operation, &count, TRUE) != 0) return count;
  if (GetLastError() == ERROR_OPERATION_ABORTED) return noAnswer();
  return systemFailure(GetLastError(), "control connection");
}

}  // namespace

Result<LocalSocket> LocalSocket::connect(const std::string& address, Timeout timeout) {
  const auto deadline = deadlineAfter(timeout);
  const auto name = widen(address);
  for (;;) {
    // The engine may ask who we are, and nothing more: it cannot act as us.
    OwnedHandle pipe = owned(CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                         FILE_FLAG_OVERLAPPED | SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
    if (pipe) return LocalSocket(std::move(pipe));
    const DWORD why = GetLastError();
    if (why == ERROR_FILE_NOT_FOUND || why == ERROR_PATH_NOT_FOUND) {
      return fail(Side::Local, Code::NotRunning, address, static_cast<int>(why));
    }
    if (why != ERROR_PIPE_BUSY) return systemFailure(why, "cannot connect to " + address);
    // Every instance has its client, and the engine has not made the next one yet.
    if (millisecondsUntil(deadline) == 0) return noAnswer();
    WaitNamedPipeW(name.c_str(), std::clamp<DWORD>(millisecondsUntil(deadline), 1, 50));
  }
}

Result<void> LocalSocket::send(Bytes bytes, Timeout timeout) {
  const auto deadline = deadlineAfter(timeout);
  while (!bytes.empty()) {
    const auto sent = wait(socket_, deadline, [&](OVERLAPPED* operation) {
      return WriteFile(systemHandle(socket_), bytes.data(), static_cast<DWORD>(bytes.size()), nullptr, operation);
    });
    if (!sent) return fail(sent.error());
    bytes = bytes.subspan(*sent);
  }
  return {};
}

Result<std::size_t> LocalSocket::receive(MutableBytes buffer, Timeout timeout) {
  auto received = wait(socket_, deadlineAfter(timeout), [&](OVERLAPPED* operation) {
    return ReadFile(systemHandle(socket_), buffer.data(), static_cast<DWORD>(buffer.size()), nullptr, operation);
  });
  if (!received && received.error().systemCode == ERROR_BROKEN_PIPE) return 0;
  return received;
}

}  // namespace sluice::platform
