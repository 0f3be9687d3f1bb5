// What a client says before its bytes pass: SOCKS5 (RFC 1928, RFC 1929), SOCKS4 and SOCKS4a, told apart by their first
// byte. Only CONNECT is carried out; everything else is refused with the reply that names it. Pure; owned by one thread.
//
// The caller sends takeReplies() after each feed(); it connects upstream once feed() says Requested, and then sends reply().
// Limits: those of the formats themselves, 255 bytes for each text; kSocksUserBytesMax for the user id of SOCKS4.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/codec/socks5/replies.h"

namespace sluice::socks5 {

struct Credentials {
  std::string user;
  std::string password;
  friend bool operator==(const Credentials&, const Credentials&) = default;
};

struct Request {
  int version = 5;         // 4 or 5
  std::string host;        // a name, or a numeric address without brackets
  std::uint16_t port = 0;  // never 0
  std::string user;        // as given, for the record; empty when none was
};

class ServerHandshake {
 public:
  enum class State : std::uint8_t { NeedMore, Requested, Refused };
  struct Fed {
    State state = State::NeedMore;
    std::size_t consumed = 0;  // of this fragment; what follows belongs to the tunnel
  };

  // Without `required`, a client may come without credentials or with any; with it, only with these: SOCKS4, which has no
  // password, is refused then.
  explicit ServerHandshake(std::optional<Credentials> required = {}) : required_(std::move(required)) {}

  // After Requested or Refused, consumes nothing.
  Fed feed(Bytes fragment);
  bool started() const { return step_ != Step::Version || !pending_.empty(); }

  // What the client has to be told now: the method chosen, the verdict on its credentials, or the refusal.
  std::string takeReplies() { return std::exchange(replies_, {}); }

  // REQUIRES: Requested.
  const Request& request() const { return request_; }
  // REQUIRES: Requested. What the client is told about its upstream.
  std::string reply(Reply reply) const;

  // REQUIRES: Refused. Side::Client.
  const Error& error() const { return error_; }
  // Everything that came so far, for the row of a client that was refused.
  const std::string& raw() const { return raw_; }

 private:
  enum class Step : std::uint8_t { Version, Methods, Credentials, Request5, Request4, Done };

  std::size_t wanted() const;
  std::size_t wantedOfRequest5() const;
  std::size_t wantedOfRequest4() const;
  void takeStep();
  void takeVersion();
  void chooseMethod();
  void checkCredentials();
  void takeRequest5();
  void takeRequest4();
  void accept(std::string host, std::uint16_t port);
  void refuse(std::string reply, std::string why);

  std::uint8_t byte(std::size_t index) const { return static_cast<std::uint8_t>(pending_[index]); }
  std::uint16_t portAt(std::size_t index) const { return static_cast<std::uint16_t>(byte(index) << 8 | byte(index + 1)); }

  const std::optional<Credentials> required_;
  Step step_ = Step::Version;
  State state_ = State::NeedMore;
  std::string raw_;
  std::string pending_;  // of the step
  std::string replies_;
  Request request_;
  Error error_;
};

}  // namespace sluice::socks5
