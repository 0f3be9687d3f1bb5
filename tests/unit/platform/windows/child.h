// A second process for the tests of this folder: platform_child, which lies beside them, with a port to it. One thread.
#pragma once

#include <windows.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "platform/child_process.h"
#include "platform/port_socket.h"
#include "platform/program_path.h"

namespace sluice::test {

inline constexpr DWORD kPatienceMs = 60'000;

inline HANDLE system(platform::Handle handle) { return reinterpret_cast<HANDLE>(handle); }

inline Result<platform::ChildProcess> startChild(const std::vector<std::string>& arguments,
                                                 std::span<const platform::Handle> inherited = {}) {
  const auto program = platform::programBeside("platform_child");
  return platform::ChildProcess::spawn(program.value(), arguments, inherited);
}

// The exit code; -1 where it did not end.
inline int endOf(platform::ChildProcess& child) {
  if (WaitForSingleObject(system(child.process()), kPatienceMs) != WAIT_OBJECT_0) return -1;
  return child.ended()->code;
}

// Waits for the next message; its bytes as text, or what came of it.
inline std::string hear(platform::PortSocket& port, platform::PortSocket::Message& message) {
  std::vector<std::byte> buffer(16 * 1024);
  for (;;) {
    const auto result = port.receive(buffer, message);
    if (result.status == IoResult::Status::Ok) return std::string(asText(Bytes(buffer).first(message.bytes)));
    if (result.status == IoResult::Status::End) return "end";
    if (result.status == IoResult::Status::Failed) return "failed: " + describe(result.error);
    if (WaitForSingleObject(system(port.receiveEvent()), kPatienceMs) != WAIT_OBJECT_0) return "nothing";
  }
}

// A child with a port.
struct Served {
  explicit Served(const std::vector<std::string>& arguments) {
    auto ends = platform::PortSocket::makePair(16 * 1024);
    const auto theirs = ends->second.take();
    const platform::Handle given = theirs.get();
    if (auto started = startChild(arguments, std::span(&given, 1))) child.emplace(*std::move(started));
    port = std::move(ends->first);
    if (child) port.setPeer(child->process());
  }
  bool say(std::string_view text, std::span<const platform::Handle> handles = {}) {
    return port.send(asBytes(text), {}, handles).status == IoResult::Status::Ok;
  }
  std::string hear() { return test::hear(port, message); }

  std::optional<platform::ChildProcess> child;
  platform::PortSocket port;
  platform::PortSocket::Message message;
};

}  // namespace sluice::test
