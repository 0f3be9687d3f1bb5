#include "core/codec/socks5/client_handshake.h"

#include <utility>

#include "core/codec/socks5/addresses.h"
#include "core/codec/socks5/replies.h"

namespace sluice::socks5 {
namespace {

std::string lengthAnd(const std::string& text) { return static_cast<char>(text.size()) + text; }

tl::unexpected<Error> wrong(std::string why) {
  return fail(Side::Upstream, Code::BadResponse, "the SOCKS proxy " + std::move(why));
}

std::string number(char byte) { return std::to_string(static_cast<unsigned char>(byte)); }

}  // namespace

ClientHandshake::ClientHandshake(Target target, std::optional<Credentials> credentials)
    : target_(std::move(target)), credentials_(std::move(credentials)) {
  output_ = credentials_ ? std::string("\x05\x02\x00\x02", 4) : std::string("\x05\x01\x00", 3);
}

Result<ClientHandshake::Fed> ClientHandshake::feed(Bytes fragment) {
  std::string_view rest = asText(fragment);
  while (step_ != Step::Done) {
    const std::size_t want = wanted();
    if (pending_.size() == want) {
      if (auto taken = takeStep(); !taken) return fail(std::move(taken.error()));
      pending_.clear();
      continue;
    }
    if (rest.empty()) break;
    const auto taken = rest.substr(0, want - pending_.size());
    pending_.append(taken);
    rest.remove_prefix(taken.size());
  }
  return Fed{step_ == Step::Done ? State::Connected : State::NeedMore, fragment.size() - rest.size()};
}

std::size_t ClientHandshake::wanted() const {
  if (step_ != Step::Reply) return 2;
  constexpr std::size_t kFixed = 4;  // version, reply, reserved, address type
  // A refusal is told as soon as it shows: some proxies send no address behind it.
  if (pending_.size() < 2) return 2;
  if (pending_[1] != 0) return pending_.size();
  if (pending_.size() < kFixed) return kFixed;
  switch (pending_[3]) {
    case kIpv4: return kFixed + 4 + 2;
    case kIpv6: return kFixed + 16 + 2;
    case kName: return pending_.size() == kFixed ? kFixed + 1 : kFixed + 1 + static_cast<unsigned char>(pending_[kFixed]) + 2;
    default: return pending_.size();
  }
}

Result<void> ClientHandshake::takeStep() {
  switch (step_) {
    case Step::Method: return takeMethod();
    case Step::Verdict:
      if (pending_[1] != 0) return wrong("refuses user and password");
      sendRequest();
      return {};
    case Step::Reply: {
      if (pending_[0] != 5) return wrong("replies in version " + number(pending_[0]));
      if (pending_[1] != 0) return fail(errorFor(static_cast<std::uint8_t>(pending_[1])));
      const char type = pending_[3];
      if (type != kIpv4 && type != kIpv6 && type != kName) return wrong("replies with address type " + number(type));
      step_ = Step::Done;
      return {};
    }
    case Step::Done: return {};
  }
  return {};
}

Result<void> ClientHandshake::takeMethod() {
  if (pending_[0] != 5) return wrong("does not speak SOCKS5: it answers with byte " + number(pending_[0]));
  if (pending_[1] == 0) {
    sendRequest();
  } else if (pending_[1] == 2 && credentials_) {
    sendCredentials();
  } else if (pending_[1] == '\xff' || pending_[1] == 2) {
    return wrong(credentials_ ? "takes no user and password, and nothing else either" : "wants user and password");
  } else {
    return wrong("chooses authentication method " + number(pending_[1]) + ", which was not offered");
  }
  return {};
}

void ClientHandshake::sendCredentials() {
  output_ += '\x01' + lengthAnd(credentials_->user) + lengthAnd(credentials_->password);
  step_ = Step::Verdict;
}

void ClientHandshake::sendRequest() {
  output_ += std::string("\x05\x01\x00", 3);
  output_ += target_.ipv6.empty() ? kName + lengthAnd(target_.host) : kIpv6 + target_.ipv6;
  output_ += static_cast<char>(target_.port >> 8);
  output_ += static_cast<char>(target_.port & 0xff);
  step_ = Step::Reply;
}

}  // namespace sluice::socks5
