#include "platform/port_socket.h"

#include <windows.h>

#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "platform/windows/security.h"
#include "platform/windows/system_error.h"
#include "platform/windows/text.h"

namespace sluice::platform {
namespace {

// Goes before each message. A handle is named by its number in the process at the end that has no setPeer(): that end
// finds there what is its own already, and the other one takes it from there.
struct Envelope {
  std::uint32_t senderPid = 0;
  std::uint32_t handleCount = 0;
  std::uint64_t handles[PortSocket::kHandlesMax] = {};
};

// One operation that the system works on: what it reads or writes stays where it is until the operation is over.
class Operation {
 public:
  explicit Operation(bool signalled) : event_(owned(CreateEventW(nullptr, TRUE, signalled ? TRUE : FALSE, nullptr))) {
    overlapped_.hEvent = systemHandle(event_);
  }
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  bool running = false;
  std::vector<std::byte> bytes;

  OVERLAPPED* overlapped() { return &overlapped_; }
  Handle event() const { return event_.get(); }
  // What came of it; ERROR_IO_INCOMPLETE: it still runs.
  DWORD finish(HANDLE pipe, DWORD& count) {
    const DWORD why = GetOverlappedResult(pipe, &overlapped_, &count, FALSE) != 0 ? ERROR_SUCCESS : GetLastError();
    running = why == ERROR_IO_INCOMPLETE;
    return why;
  }
  // ENSURES: the system has let go of the bytes.
  void cancel(HANDLE pipe) {
    if (!running) return;
    DWORD count = 0;
    CancelIoEx(pipe, &overlapped_);
    GetOverlappedResult(pipe, &overlapped_, &count, TRUE);
    running = false;
  }

 private:
  OwnedHandle event_;
  OVERLAPPED overlapped_{};
};

constexpr DWORD kLastMessageMs = 2000;  // one that does not read for so long is killed anyway

bool isGone(DWORD why) { return why == ERROR_BROKEN_PIPE || why == ERROR_PIPE_NOT_CONNECTED || why == ERROR_NO_DATA; }

IoResult failure(DWORD why, const char* what) { return IoResult::failed({codeOf(why), Side::Local, static_cast<int>(why), what}); }

OwnedHandle copied(HANDLE from, std::uint64_t handle, HANDLE to, DWORD options) {
  HANDLE copy = nullptr;
  const auto source = reinterpret_cast<HANDLE>(static_cast<std::uintptr_t>(handle));
  if (DuplicateHandle(from, source, to, &copy, 0, FALSE, DUPLICATE_SAME_ACCESS | options) == 0) return {};
  return owned(copy);
}

std::wstring freshName() {
  std::random_device random;
  std::wstring name = L"\\\\.\\pipe\\sluice-port";
  for (int i = 0; i < 4; ++i) name += L"-" + std::to_wstring(random());
  return name;
}

}  // namespace

// What the system works on meanwhile: at most one message in each direction.
class PortSocket::Flight {
 public:
  explicit Flight(HANDLE pipe) : pipe_(pipe) {
    DWORD out = 0, in = 0;
    GetNamedPipeInfo(pipe, nullptr, &out, &in, nullptr);
    receiving.bytes.resize(std::max(out, in));
  }
  ~Flight() {
    receiving.cancel(pipe_);
    // What was sent is lost with this end unless the other one has it. One that is gone ends the wait at once.
    if (sending.running) WaitForSingleObject(systemHandle(sending.event()), kLastMessageMs);
    sending.cancel(pipe_);
  }
  Flight(const Flight&) = delete;
  Flight& operator=(const Flight&) = delete;

  // ERROR_SUCCESS or ERROR_IO_PENDING: it runs now.
  DWORD receive() {
    if (receiving.running) return ERROR_IO_PENDING;
    const BOOL done = ReadFile(pipe_, receiving.bytes.data(), static_cast<DWORD>(receiving.bytes.size()), nullptr, receiving.overlapped());
    const DWORD why = done != 0 ? ERROR_SUCCESS : GetLastError();
    receiving.running = why == ERROR_SUCCESS || why == ERROR_IO_PENDING || why == ERROR_MORE_DATA;
    return why;
  }

  Operation receiving{false};
  Operation sending{true};
  HANDLE peer = nullptr;

 private:
  HANDLE pipe_;
};

Result<std::pair<PortSocket, PortSocket>> PortSocket::makePair(std::size_t messageBytesMax) {
  const std::wstring name = freshName();
  const auto room = static_cast<DWORD>(4 * (messageBytesMax + sizeof(Envelope)));
  auto access = OwnerOnly::create();
  if (!access) return fail(std::move(access.error()));
  OwnedHandle one = owned(CreateNamedPipeW(
      name.c_str(), PIPE_ACCESS_DUPLEX | FILE_FLAG_OVERLAPPED | FILE_FLAG_FIRST_PIPE_INSTANCE,
      PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE | PIPE_WAIT | PIPE_REJECT_REMOTE_CLIENTS, 1, room, room, 0, access->attributes()));
  if (!one) return systemFailure(GetLastError(), "cannot make a port's pipe");
  OwnedHandle other =
      owned(CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING, FILE_FLAG_OVERLAPPED, nullptr));
  if (!other) return systemFailure(GetLastError(), "cannot open a port's pipe");
  DWORD mode = PIPE_READMODE_MESSAGE;
  if (SetNamedPipeHandleState(systemHandle(other), &mode, nullptr, nullptr) == 0) {
    return systemFailure(GetLastError(), "cannot prepare a port's pipe");
  }
  return std::pair(PortSocket(std::move(one)), PortSocket(std::move(other)));
}

PortSocket::Flight& PortSocket::flight() {
  if (!flight_) flight_ = std::make_shared<Flight>(systemHandle(socket_));
  return *flight_;
}

void PortSocket::setPeer(Handle process) { flight().peer = systemHandle(process); }

Handle PortSocket::receiveEvent() {
  Operation& receiving = flight().receiving;
  flight().receive();
  // Nothing will ever set the event for one that failed at once: receive() tells why it did.
  if (!receiving.running) SetEvent(systemHandle(receiving.event()));
  return receiving.event();
}

Handle PortSocket::sendEvent() { return flight().sending.event(); }

IoResult PortSocket::send(Bytes head, Bytes rest, std::span<const Handle> handles) {
  Flight& flight = this->flight();
  Operation& sending = flight.sending;
  if (DWORD count = 0; sending.running) {
    const DWORD why = sending.finish(systemHandle(socket_), count);
    if (why == ERROR_IO_INCOMPLETE) return IoResult::wouldBlock();
    if (why != ERROR_SUCCESS) return failure(why, "sending over a port");
  }
  Envelope envelope{static_cast<std::uint32_t>(GetCurrentProcessId()), static_cast<std::uint32_t>(handles.size()), {}};
  const HANDLE self = GetCurrentProcess();
  const HANDLE owner = flight.peer != nullptr ? flight.peer : self;
  for (std::size_t i = 0; i < handles.size(); ++i) {
    OwnedHandle copy = copied(self, static_cast<std::uint64_t>(handles[i]), owner, 0);
    if (!copy) return failure(GetLastError(), "handing a handle over");
    envelope.handles[i] = static_cast<std::uint64_t>(copy.release());  // the other end's from here on
  }
  sending.bytes.resize(sizeof envelope + head.size() + rest.size());
  std::memcpy(sending.bytes.data(), &envelope, sizeof envelope);
  std::copy(head.begin(), head.end(), sending.bytes.begin() + sizeof envelope);
  std::copy(rest.begin(), rest.end(), sending.bytes.begin() + static_cast<std::ptrdiff_t>(sizeof envelope + head.size()));
  const auto size = static_cast<DWORD>(sending.bytes.size());
  const BOOL done = WriteFile(systemHandle(socket_), sending.bytes.data(), size, nullptr, sending.overlapped());
  const DWORD why = done != 0 ? ERROR_SUCCESS : GetLastError();
  sending.running = why == ERROR_SUCCESS || why == ERROR_IO_PENDING;
  if (sending.running) return IoResult::ok(head.size() + rest.size());
  for (std::size_t i = 0; i < handles.size(); ++i) copied(owner, envelope.handles[i], self, DUPLICATE_CLOSE_SOURCE);
  return failure(why, "sending over a port");
}

IoResult PortSocket::receive(MutableBytes into, Message& message) {
  message = {};
  Flight& flight = this->flight();
  Operation& receiving = flight.receiving;
  DWORD why = flight.receive();
  if (isGone(why)) return IoResult::end();
  if (!receiving.running) return failure(why, "receiving from a port");
  DWORD count = 0;
  why = receiving.finish(systemHandle(socket_), count);
  if (why == ERROR_IO_INCOMPLETE) return IoResult::wouldBlock();
  if (isGone(why)) return IoResult::end();
  if (why != ERROR_SUCCESS && why != ERROR_MORE_DATA) return failure(why, "receiving from a port");

  Envelope envelope;
  message.cut = why == ERROR_MORE_DATA || count < sizeof envelope;
  if (message.cut) return IoResult::ok(0);
  std::memcpy(&envelope, receiving.bytes.data(), sizeof envelope);
  message.senderPid = flight.peer != nullptr ? GetProcessId(flight.peer) : envelope.senderPid;
  const std::size_t size = count - sizeof envelope;
  message.bytes = std::min(size, into.size());
  message.cut = size > into.size() || envelope.handleCount > kHandlesMax;
  std::memcpy(into.data(), receiving.bytes.data() + sizeof envelope, message.bytes);
  const HANDLE self = GetCurrentProcess();
  for (std::size_t i = 0; i < std::min<std::size_t>(envelope.handleCount, kHandlesMax); ++i) {
    message.handles[i] = flight.peer != nullptr ? copied(flight.peer, envelope.handles[i], self, DUPLICATE_CLOSE_SOURCE)
                                                : OwnedHandle(static_cast<Handle>(envelope.handles[i]));
  }
  return IoResult::ok(message.bytes);
}

}  // namespace sluice::platform
