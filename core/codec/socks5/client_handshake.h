// What we say to a SOCKS5 proxy in front of us, and what it answers (RFC 1928, RFC 1929). Names are left to it to look up.
// Pure; owned by one thread. It takes not one byte more than the handshake has.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/codec/socks5/server_handshake.h"

namespace sluice::socks5 {

class ClientHandshake {
 public:
  enum class State : std::uint8_t { NeedMore, Connected };
  struct Fed {
    State state = State::NeedMore;
    std::size_t consumed = 0;  // what follows is the server's
  };

  // REQUIRES: `host`, user and password have 1 to 255 bytes; `host` is a name, or an IPv4 address, which goes as one; IPv6
  // addresses are given with `ipv6`, their sixteen bytes.
  struct Target {
    std::string host;
    std::string ipv6;
    std::uint16_t port = 0;
  };
  ClientHandshake(Target target, std::optional<Credentials> credentials);

  // What is to be sent now; the first time, the greeting.
  std::string takeOutput() { return std::exchange(output_, {}); }

  // Errors: Side::Upstream; the reply of the proxy, or that it speaks no SOCKS5. An error is final.
  Result<Fed> feed(Bytes fragment);

 private:
  enum class Step : std::uint8_t { Method, Verdict, Reply, Done };

  std::size_t wanted() const;
  Result<void> takeStep();
  Result<void> takeMethod();
  void sendCredentials();
  void sendRequest();

  const Target target_;
  const std::optional<Credentials> credentials_;
  Step step_ = Step::Method;
  std::string pending_;
  std::string output_;
};

}  // namespace sluice::socks5
