// platform_child ROLE [ARGUMENT]: what a test of this folder wants of a second process. Its first inherited handle, if it has one, is
// an end of a port.
//
//   exit CODE      ends with it
//   wait           until it is killed
//   own HANDLE     ends with 0 when this number names nothing here, with 1 when it does
//   serve          answers each message until the other end closes; then ends with 0:
//                  "memory" with a section: writes 42 into its byte 7, answers "done" with a section of its own that holds 43 there
//                  anything else: says it back
//   watch          says "watching", then "asked" each time it is asked to stop, until it is killed
//   lock DIRECTORY takes the lock, says "locked" or why not, waits until it is killed
#include <windows.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "platform/child_process.h"
#include "platform/data_dir_lock.h"
#include "platform/port_socket.h"
#include "platform/shared_memory.h"
#include "platform/stop_requests.h"

using namespace sluice;
using namespace sluice::platform;

namespace {

constexpr std::size_t kMemoryBytes = 64 * 1024;

bool say(PortSocket& port, std::string_view text, std::span<const Handle> handles = {}) {
  return port.send(asBytes(text), {}, handles).status == IoResult::Status::Ok;
}

int waitForEver() {
  Sleep(INFINITE);
  return 0;
}

bool answerMemory(PortSocket& port, OwnedHandle handle) {
  auto theirs = SharedMemory::map(std::move(handle), kMemoryBytes);
  auto ours = SharedMemory::create(kMemoryBytes);
  if (!theirs || !ours) return say(port, "no memory");
  theirs->data()[7] = std::byte{42};
  ours->data()[7] = std::byte{43};
  const Handle given = ours->handle();
  return say(port, "done", std::span(&given, 1));
}

int serve(PortSocket& port) {
  std::vector<std::byte> buffer(16 * 1024);
  for (;;) {
    PortSocket::Message message;
    const auto result = port.receive(buffer, message);
    if (result.status == IoResult::Status::End) return 0;
    if (result.status == IoResult::Status::Failed) return 2;
    if (result.status == IoResult::Status::WouldBlock) {
      WaitForSingleObject(reinterpret_cast<HANDLE>(port.receiveEvent()), INFINITE);
      continue;
    }
    const auto text = asText(Bytes(buffer).first(message.bytes));
    const bool answered = text == "memory" ? answerMemory(port, std::move(message.handles[0])) : say(port, text);
    if (!answered) return 3;
  }
}

int watch(PortSocket& port) {
  const HANDLE asked = CreateEventW(nullptr, FALSE, FALSE, nullptr);
  const auto requests = StopRequests::watch([asked] { SetEvent(asked); });
  say(port, requests ? "watching" : requests.error().detail);
  for (;;) {
    WaitForSingleObject(asked, INFINITE);
    say(port, "asked");
  }
}

int lock(PortSocket& port, const char* directory) {
  const auto lock = DataDirLock::acquire(directory, WallTime{});
  say(port, lock ? "locked" : lock.error().detail);
  return waitForEver();
}

}  // namespace

int main(int count, char** arguments) {
  SetConsoleCtrlHandler(nullptr, FALSE);  // who is started in a group of its own ignores Ctrl-C, and Ctrl-Break too under Wine
  const std::string_view role = count > 1 ? arguments[1] : "";
  const char* const argument = count > 2 ? arguments[2] : "";
  if (role == "exit") return std::atoi(argument);
  if (role == "wait") return waitForEver();
  if (role == "own") {
    DWORD flags = 0;
    const auto number = static_cast<std::uintptr_t>(std::strtoull(argument, nullptr, 10));
    return GetHandleInformation(reinterpret_cast<HANDLE>(number), &flags) != 0 ? 1 : 0;
  }
  PortSocket port(inheritedHandle(0));
  if (role == "serve") return serve(port);
  if (role == "watch") return watch(port);
  if (role == "lock") return lock(port, argument);
  return 99;
}
