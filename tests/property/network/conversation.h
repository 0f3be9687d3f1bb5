// A client, a worker and an origin over real sockets, of which the worker's misbehave. One thread plays the client.
#pragma once

#include <string>

#include "core/codec/tls/certificate.h"
#include "tests/support/engine/proxy.h"
#include "tests/support/faults/socket_faults.h"
#include "tests/support/origin/origin.h"

namespace sluice::test {

class Conversation {
 public:
  enum class Kind : std::uint8_t { Plain, Reverse, Socks, Intercepted, Tunnel, WebSocket };

  // What all of them share, since it is slow to make.
  struct Stage {
    Origin origin;
    const std::uint16_t tlsPort = origin.tlsPort(ServerCertificate::Right);
    tls::Authority authority = std::move(*tls::Authority::make(std::chrono::time_point_cast<Micros>(std::chrono::system_clock::now())));
  };

  Conversation(Stage& stage, Kind kind, const SocketFaults::Plan& plan) : stage_(stage), kind_(kind), plan_(plan) {}

  // What did not hold; empty: everything did. Whatever fails, nothing hangs or leaks, no answer and no record claims to be
  // whole that is not, and each exchange ends once. Where nothing fails, all of it arrives.
  std::string run();
  // The call that was to fail has failed.
  bool hasFailed() const { return hasFailed_; }
  std::uint64_t disturbed() const { return disturbed_; }

 private:
  struct Request {
    std::string text;
    std::string path;
    std::string answer;
  };

  std::unique_ptr<engine::TlsMeans> means() const;
  std::vector<Request> requests() const;
  std::string play(Proxy& proxy);
  std::string askAll(Client& client);
  std::string askAllInsideTls(Client& client);
  std::string judge(const std::optional<Reply>& reply, const Request& request);
  std::string echo(Client& client);
  std::string chat(Client& client);
  std::string judgeEcho(Client& client, const std::string& said, bool taken);
  std::string judgeRecords(Kept& kept) const;
  bool somethingFails() const { return plan_.failure != SocketFaults::Failure::None; }

  Stage& stage_;
  const Kind kind_;
  const SocketFaults::Plan plan_;
  std::size_t whole_ = 0;  // answers that came whole
  std::size_t echoed_ = 0; // bytes that are to come back from a tunnel or a WebSocket
  bool broken_ = false;    // the client need not go on
  bool hasFailed_ = false;
  std::uint64_t disturbed_ = 0;
};

}  // namespace sluice::test
