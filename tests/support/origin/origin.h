// A small origin server for tests that can do everything odd: what it does is chosen by the path and the query, so
// that curl can ask for it (README.md lists the paths). Listens on 127.0.0.1 and, where there is one, on ::1, with
// the same port; once plain, once over TLS with a certificate made at start, and once for raw byte streams.
//
// A thread accepts, one more thread serves each connection; up to some hundred connections. Any thread may call it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::test {

// What a TLS listener shows. Right: a certificate for 127.0.0.1 of Origin::trustedRoots().
enum class ServerCertificate : std::uint8_t { Right, Expired, WrongHost, Untrusted, SelfSigned, WantsClients, OldTls };

class Origin {
 public:
  Origin();
  // Ends every connection and joins every thread.
  ~Origin();
  Origin(const Origin&) = delete;
  Origin& operator=(const Origin&) = delete;

  std::uint16_t port() const;
  std::uint16_t tlsPort() const;
  // Speaks in command lines, for tunnels: "echo", "digest" (reads to the end, then answers with size and SHA-256),
  // "talk N" (sends N bytes of Pattern(0), half-closes, then counts what it hears), "reset".
  std::uint16_t rawPort() const;
  bool hasIpv6() const;
  // Of a further TLS listener of this kind, which opens with the first call.
  std::uint16_t tlsPort(ServerCertificate kind) const;
  const std::string& trustedRoots() const;  // PEM

  std::string url(std::string_view path) const;     // http://127.0.0.1:port + path
  std::string tlsUrl(std::string_view path) const;  // https://127.0.0.1:port + path
  std::string tlsUrl(ServerCertificate kind, std::string_view path) const;

  std::uint64_t connections() const;  // accepted so far
  std::uint64_t requests() const;     // answered or being answered so far
  // Bytes that "talk" heard after its half-close, over all connections.
  std::uint64_t heard() const;

  // Lets the event stream with ?gate=NAME send one more event.
  void acknowledge(const std::string& gate);
  // When the events of ?gate=NAME were sent: microseconds of the monotonic clock.
  std::vector<std::int64_t> eventsSentAtUs(const std::string& gate) const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::test
