// Which program of this machine holds the client end of a TCP connection. Asks the system and looks through processes,
// which can take milliseconds: never on an event loop. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

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

struct ClientQuestion {
  std::uint64_t connection = 0;  // the caller's number for it, given once
  SocketAddress client;
  SocketAddress server;
  // Of connections that were asked for before and have ended since. Helps to find the answer, never changes it: any may be missing.
  std::vector<std::uint64_t> ended;
};

class ClientPrograms {
 public:
  ClientPrograms();
  ~ClientPrograms();
  ClientPrograms(ClientPrograms&&) = delete;

  // The program whose socket is bound to `client` and connected to `server`; when several processes share the socket,
  // one of them. Nothing when there is none (any more), when it is not of this machine, or when it belongs to another
  // user and this one may not look.
  std::optional<ClientProgram> find(const ClientQuestion& question);

 private:
  // Who asked lately asks again, and is looked at first. It is looked at anew, since numbers go to others meanwhile. Bounded.
  struct Memory;
  std::unique_ptr<Memory> memory_;
};

}  // namespace sluice::platform
