#include "core/codec/socks5/server_handshake.h"

#include <algorithm>

#include "core/base/assert.h"
#include "core/base/limits.h"
#include "core/codec/socks5/addresses.h"

namespace sluice::socks5 {
namespace {

constexpr std::uint8_t kConnect = 1;
constexpr char kNoAuthentication = 0;
constexpr char kUserPassword = 2;
constexpr std::size_t kRequest4Fixed = 8;  // version, command, port, address
constexpr char kRejected4 = 0x5b;

// RFC 1928 section 6. The address that we are bound to upstream is nobody's business, and no client looks at it.
std::string reply5(Reply reply) { return std::string("\x05", 1) + char(reply) + std::string("\0\x01\0\0\0\0\0\0", 8); }

std::string reply4(char code) { return std::string(1, '\0') + code + std::string(6, '\0'); }

std::string commandName(std::uint8_t command) {
  if (command == 2) return "BIND";
  if (command == 3) return "UDP ASSOCIATE";
  return "command " + std::to_string(command);
}

}  // namespace

ServerHandshake::Fed ServerHandshake::feed(Bytes fragment) {
  std::string_view rest = asText(fragment);
  while (state_ == State::NeedMore) {
    const std::size_t want = wanted();
    if (pending_.size() == want) {
      takeStep();
      continue;
    }
    if (rest.empty()) break;
    const auto taken = rest.substr(0, want - pending_.size());
    pending_.append(taken);
    raw_.append(taken);
    rest.remove_prefix(taken.size());
  }
  return {state_, fragment.size() - rest.size()};
}

// How many bytes the step needs at least, judged by those that are there; as many as are there when it is complete.
std::size_t ServerHandshake::wanted() const {
  switch (step_) {
    case Step::Version: return 1;
    case Step::Methods: return pending_.empty() ? 1 : 1 + std::size_t{byte(0)};
    case Step::Credentials: {
      if (pending_.size() < 2) return 2;
      const std::size_t passwordAt = 2 + std::size_t{byte(1)};
      return pending_.size() <= passwordAt ? passwordAt + 1 : passwordAt + 1 + byte(passwordAt);
    }
    case Step::Request5: return wantedOfRequest5();
    case Step::Request4: return wantedOfRequest4();
    case Step::Done: break;
  }
  return pending_.size();
}

std::size_t ServerHandshake::wantedOfRequest5() const {
  constexpr std::size_t kFixed = 4;  // version, command, reserved, address type
  if (pending_.size() < kFixed) return kFixed;
  switch (pending_[3]) {
    case kIpv4: return kFixed + 4 + 2;
    case kIpv6: return kFixed + 16 + 2;
    case kName: return pending_.size() == kFixed ? kFixed + 1 : kFixed + 1 + byte(kFixed) + 2;
    default: return kFixed;  // refused: how long such an address is, nobody knows
  }
}

// Two texts that end with NUL: the user id, and in SOCKS4a the name.
std::size_t ServerHandshake::wantedOfRequest4() const {
  constexpr std::size_t kFixed = kRequest4Fixed - 1;  // the version is taken already
  if (pending_.size() < kFixed) return kFixed;
  const auto userEnd = pending_.find('\0', kFixed);
  const bool tooLong = pending_.size() - kFixed > limits::kSocksUserBytesMax;
  if (userEnd == std::string::npos) return tooLong ? pending_.size() : pending_.size() + 1;
  const bool hasName = byte(3) == 0 && byte(4) == 0 && byte(5) == 0 && byte(6) != 0;
  if (!hasName) return userEnd + 1;
  const auto nameEnd = pending_.find('\0', userEnd + 1);
  const bool nameTooLong = pending_.size() - (userEnd + 1) > limits::kHostBytesMax;
  return nameEnd != std::string::npos || nameTooLong ? pending_.size() : pending_.size() + 1;
}

void ServerHandshake::takeStep() {
  switch (step_) {
    case Step::Version: takeVersion(); break;
    case Step::Methods: chooseMethod(); break;
    case Step::Credentials: checkCredentials(); break;
    case Step::Request5: takeRequest5(); break;
    case Step::Request4: takeRequest4(); break;
    case Step::Done: break;
  }
  pending_.clear();
}

void ServerHandshake::takeVersion() {
  if (byte(0) == 5) {
    step_ = Step::Methods;
  } else if (byte(0) == 4) {
    request_.version = 4;
    step_ = Step::Request4;
  } else {
    refuse({}, "byte " + std::to_string(byte(0)) + " where SOCKS begins with 4 or 5: this listener speaks SOCKS");
  }
}

void ServerHandshake::chooseMethod() {
  const auto offered = std::string_view(pending_).substr(1);
  const auto offers = [&](char method) { return offered.find(method) != std::string_view::npos; };
  if (!required_ && offers(kNoAuthentication)) {
    replies_ += std::string("\x05\0", 2);
    step_ = Step::Request5;
  } else if (offers(kUserPassword)) {
    replies_ += "\x05\x02";
    step_ = Step::Credentials;
  } else {
    refuse("\x05\xff",
           required_ ? "the SOCKS client offers no user and password, which this listener wants"
                     : "the SOCKS client offers neither to go without authentication nor user and password");
  }
}

// RFC 1929.
void ServerHandshake::checkCredentials() {
  const std::size_t userBytes = byte(1);
  Credentials given{pending_.substr(2, userBytes), pending_.substr(3 + userBytes)};
  if (byte(0) != 1) {
    return refuse(std::string("\x01\x01"),
                  "version " + std::to_string(byte(0)) + " of SOCKS user and password; there is only 1");
  }
  if (required_ && *required_ != given) {
    return refuse(std::string("\x01\x01"), "the SOCKS client's user or password is wrong");
  }
  request_.user = std::move(given.user);
  replies_ += std::string("\x01\0", 2);
  step_ = Step::Request5;
}

void ServerHandshake::takeRequest5() {
  const auto refuseWith = [this](Reply code, std::string why) { refuse(reply5(code), std::move(why)); };
  if (byte(0) != 5) return refuseWith(Reply::GeneralFailure, "version " + std::to_string(byte(0)) + " in a SOCKS5 request");
  if (byte(1) != kConnect) {
    return refuseWith(Reply::CommandNotSupported, "SOCKS " + commandName(byte(1)) + " is not supported, only CONNECT");
  }
  const std::size_t portAt = pending_.size() - 2;
  std::string host;
  switch (pending_[3]) {
    case kIpv4: host = ipv4Text(std::string_view(pending_).substr(4, 4)); break;
    case kIpv6: host = ipv6Text(std::string_view(pending_).substr(4, 16)); break;
    case kName: host = pending_.substr(5, portAt - 5); break;
    default: return refuseWith(Reply::AddressTypeNotSupported, "SOCKS address type " + std::to_string(byte(3)));
  }
  accept(std::move(host), this->portAt(portAt));
}

void ServerHandshake::takeRequest4() {
  const auto refuseWith = [this](std::string why) { refuse(reply4(kRejected4), std::move(why)); };
  constexpr std::size_t kFixed = kRequest4Fixed - 1;
  const auto userEnd = pending_.find('\0', kFixed);
  if (userEnd == std::string::npos) return refuseWith("the user id of the SOCKS4 request is too long");
  request_.user = pending_.substr(kFixed, userEnd - kFixed);
  if (byte(0) != kConnect) return refuseWith("SOCKS4 " + commandName(byte(0)) + " is not supported, only CONNECT");
  if (required_) return refuseWith("this listener wants user and password, which SOCKS4 cannot give");
  std::string host = ipv4Text(std::string_view(pending_).substr(3, 4));
  if (pending_.size() > userEnd + 1) {
    if (pending_.back() != '\0') return refuseWith("the host name of the SOCKS4a request is too long");
    host = pending_.substr(userEnd + 1, pending_.size() - userEnd - 2);
  }
  accept(std::move(host), portAt(1));
}

void ServerHandshake::accept(std::string host, std::uint16_t port) {
  const bool named = isHostName(host);
  if (named && port != 0) {
    request_.host = std::move(host);
    request_.port = port;
    state_ = State::Requested;
    step_ = Step::Done;
    return;
  }
  refuse(reply(Reply::GeneralFailure),
         named ? "the SOCKS request names port 0" : "the SOCKS request names no host that could be looked up");
}

std::string ServerHandshake::reply(Reply reply) const {
  if (request_.version == 5) return reply5(reply);
  return reply4(reply == Reply::Succeeded ? char(0x5a) : kRejected4);
}

void ServerHandshake::refuse(std::string reply, std::string why) {
  replies_ += reply;
  error_ = {Code::BadSocks, Side::Client, 0, std::move(why)};
  state_ = State::Refused;
  step_ = Step::Done;
}

}  // namespace sluice::socks5
