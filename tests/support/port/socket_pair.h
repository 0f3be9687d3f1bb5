// Both ends of a port's socket in one process, with room for what one of them receives. One thread.
#pragma once

#include <utility>
#include <vector>

#include "platform/port_socket.h"

namespace sluice::test {

struct SocketPair {
  static constexpr std::size_t kMessage = 16 * 1024;

  SocketPair() : ends(std::move(*platform::PortSocket::makePair(kMessage))) {}
  platform::PortSocket& a() { return ends.first; }
  platform::PortSocket& b() { return ends.second; }
  IoResult receive() { return b().receive(buffer, message); }
  std::string_view text() const { return asText(Bytes(buffer).first(message.bytes)); }

  std::pair<platform::PortSocket, platform::PortSocket> ends;
  std::vector<std::byte> buffer = std::vector<std::byte>(kMessage);
  platform::PortSocket::Message message;
};

}  // namespace sluice::test
