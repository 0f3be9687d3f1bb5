// Which program of this machine holds the client end of a TCP connection. Asks the system and looks through processes,
// which can take milliseconds: never on an event loop. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>

namespace sluice::platform {

// IPv4 as the IPv6 address that it is mapped to (::ffff:127.0.0.1).
struct SocketAddress {
  std::array<std::uint8_t, 16> bytes{};
  std::uint16_t port = 0;
};

struct ClientProgram {
  std::uint64_t processId = 0;
  std::string name;  // "chromium"; bytes as the system has them
  std::string path;  // of the executable; empty when this user may not know
};

class ClientPrograms {
 public:
  // The program whose socket is bound to `client` and connected to `server`; when several processes share the socket,
  // one of them. Nothing when there is none (any more), when it is not of this machine, or when it belongs to another
  // user and this one may not look.
  std::optional<ClientProgram> find(const SocketAddress& client, const SocketAddress& server);

 private:
  // Who asked lately asks again: looked through first, the latest first. Each is looked at anew, since a number can
  // have gone to another process meanwhile.
  std::deque<std::uint64_t> lately_;
};

}  // namespace sluice::platform
