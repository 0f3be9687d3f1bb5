#include "tests/conversation/play.h"

#include <utility>

namespace sluice::test {

using namespace session;

namespace {

std::string shown(std::string_view text) {
  std::string out = "\"";
  for (const char c : text.substr(0, 120)) {
    if (c == '\r') out += "\\r";
    else if (c == '\n') out += "\\n";
    else out += c;
  }
  return out + "\"";
}

struct Describe {
  std::string operator()(const OpenUpstream& c) const { return "openUpstream " + c.host + ":" + std::to_string(c.port); }
  std::string operator()(const SecureUpstream& c) const { return "secureUpstream " + c.tls.host; }
  std::string operator()(const SecureClient& c) const { return "secureClient " + c.host + " " + c.refusal; }
  std::string operator()(const SendToUpstream& c) const { return "sendToUpstream " + shown(c.bytes); }
  std::string operator()(const SendToClient& c) const { return "sendToClient " + shown(c.bytes); }
  std::string operator()(const RelayRequestBody&) const { return "relayRequestBody"; }
  std::string operator()(const RelayResponseBody&) const { return "relayResponseBody"; }
  std::string operator()(const OpenTunnel&) const { return "openTunnel"; }
  std::string operator()(const EndUpstreamSending&) const { return "endUpstreamSending"; }
  std::string operator()(const EndUpstream& c) const { return "endUpstream " + std::to_string(int(c.fate)); }
  std::string operator()(const CloseClient& c) const { return "closeClient " + std::to_string(int(c.kind)); }
  std::string operator()(const Tell&) const { return "tell"; }
};

template <class T>
Play::Expectation expecting(std::string what, std::function<bool(const T&)> holds) {
  return [what = std::move(what), holds = std::move(holds)](const Command& command) {
    const auto* found = std::get_if<T>(&command);
    return found != nullptr && holds(*found) ? std::string() : what;
  };
}

bool begins(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }

}  // namespace

Play::Play(session::Entry entry) : session_(*ids_, ConnectionId{1}, HttpSession::Capture::On, std::move(entry)) {}

Play& Play::under(session::InterceptionPolicy policy) {
  ids_->policy = std::move(policy);
  return *this;
}

Play& Play::later(Micros time) {
  now_.mono += time;
  now_.wall += time;
  return *this;
}

Play& Play::in(const Event& event) {
  steps_++;
  if (!commands_.empty()) complain("left over: " + std::visit(Describe{}, commands_.front()));
  commands_.clear();
  now_.mono += Micros(1000);
  now_.wall += Micros(1000);
  event(session_, now_);
  std::vector<session::Command> came;
  session_.takeCommands(came);
  for (auto& command : came) {
    if (auto* tell = std::get_if<Tell>(&command)) records_.push_back(std::move(tell->record));
    else commands_.push_back(std::move(command));
  }
  return *this;
}

Play& Play::check(const std::vector<Expectation>& expected) {
  for (std::size_t i = 0; i < std::max(expected.size(), commands_.size()); ++i) {
    const auto came = i < commands_.size() ? std::visit(Describe{}, commands_[i]) : "nothing";
    if (i >= expected.size()) {
      complain("nothing more expected, came: " + came);
    } else if (i >= commands_.size()) {
      complain("expected: " + expected[i](Tell{}) + ", came: nothing");
    } else if (auto wrong = expected[i](commands_[i]); !wrong.empty()) {
      complain("expected: " + wrong + ", came: " + came);
    }
  }
  commands_.clear();
  return *this;
}

Play& Play::phase(HttpSession::Phase expected) {
  if (session_.phase() != expected) complain("phase is " + std::to_string(int(session_.phase())));
  return *this;
}

void Play::complain(const std::string& what) { problems_ += "after event " + std::to_string(steps_) + ": " + what + "\n"; }

Play::Event clientBytes(std::string text) {
  return [text = std::move(text)](HttpSession& s, Now now) { s.clientBytes(asBytes(text), now); };
}
Play::Event upstreamBytes(std::string text) {
  return [text = std::move(text)](HttpSession& s, Now now) { s.upstreamBytes(asBytes(text), now); };
}
Play::Event clientEnded() {
  return [](HttpSession& s, Now now) { s.clientEnded(now); };
}
Play::Event clientFailed(Code code) {
  return [code](HttpSession& s, Now now) { s.clientFailed({code, Side::Client, 0, {}}, now); };
}
Play::Event upstreamOpened() {
  return [](HttpSession& s, Now now) { s.upstreamOpened({"127.0.0.1:80", false, false, now.mono, now.mono}, now); };
}
Play::Event upstreamReused() {
  return [](HttpSession& s, Now now) { s.upstreamOpened({"127.0.0.1:80", true, true, {}, now.mono}, now); };
}
Play::Event upstreamStandsBy() {
  return [](HttpSession& session, Now) { session.upstreamStandsBy(); };
}
Play::Event upstreamFailed(Code code) {
  return [code](HttpSession& s, Now now) { s.upstreamFailed({code, Side::Upstream, 0, "a:80"}, now); };
}
Play::Event firstBytes(std::string text) {
  return [text = std::move(text)](HttpSession& s, Now now) { s.firstBytes(asBytes(text), now); };
}
Play::Event sniffedEnough() {
  return [](HttpSession& s, Now now) { s.sniffedEnough(now); };
}
Play::Event upstreamTls(std::string chain) {
  return [chain = std::move(chain)](HttpSession& s, Now) {
    capture::TlsSeen seen;
    seen.chain = chain;
    seen.handshakeUs = 5;
    s.upstreamTls(std::move(seen));
  };
}
Play::Event upstreamSecured() {
  return [](HttpSession& s, Now now) { s.upstreamSecured(now); };
}
Play::Event clientSecured() {
  return [](HttpSession& s, Now now) {
    s.clientTls({});
    s.clientSecured(now);
  };
}
Play::Event clientNotSecured(Code code) {
  return [code](HttpSession& s, Now now) { s.clientNotSecured({code, Side::Client, 0, {}}, now); };
}
Play::Event requestBodyEnded(std::uint64_t bytes, Error error) {
  return [=](HttpSession& s, Now now) { s.requestBodyEnded({{bytes, bytes}, error, {}, false}, now); };
}
Play::Event responseBodyEnded(std::uint64_t bytes, Error error, bool excess) {
  return [=](HttpSession& s, Now now) { s.responseBodyEnded({{bytes, bytes}, error, {}, excess}, now); };
}
Play::Event tunnelEnded(std::uint64_t up, std::uint64_t down, Error error) {
  return [=](HttpSession& s, Now now) { s.tunnelEnded({{up, 0}, {down, 0}, error}, now); };
}
Play::Event timedOut() {
  return [](HttpSession& s, Now now) { s.timedOut(now); };
}
Play::Event stopped() {
  return [](HttpSession& s, Now now) { s.stop(now); };
}

Play::Expectation openUpstream(std::string host, std::uint16_t port, OpenUpstream::Reuse reuse) {
  return expecting<OpenUpstream>("openUpstream " + host + ":" + std::to_string(port), [=](const OpenUpstream& c) {
    return c.host == host && c.port == port && c.reuse == reuse && !c.tls;
  });
}
Play::Expectation openSecureUpstream(std::string host, std::uint16_t port, session::UpstreamTls tls, OpenUpstream::Reuse reuse) {
  return expecting<OpenUpstream>("openSecureUpstream " + host + ":" + std::to_string(port), [=](const OpenUpstream& c) {
    return c.host == host && c.port == port && c.reuse == reuse && c.tls == tls;
  });
}
Play::Expectation openUpstreamUnlessStanding(std::string host, std::uint16_t port, session::UpstreamTls standing) {
  return expecting<OpenUpstream>("openUpstreamUnlessStanding " + host + ":" + std::to_string(port), [=](const OpenUpstream& c) {
    return c.host == host && c.port == port && c.reuse == OpenUpstream::Reuse::Never && !c.tls && c.orStanding == standing;
  });
}
Play::Expectation secureUpstream(session::UpstreamTls tls) {
  return expecting<SecureUpstream>("secureUpstream " + tls.host, [=](const SecureUpstream& c) { return c.tls == tls; });
}
Play::Expectation secureClient(std::string host, std::string refusal) {
  return expecting<SecureClient>("secureClient " + host + " " + refusal, [=](const SecureClient& c) {
    return c.host == host && c.refusal.empty() == refusal.empty() && begins(c.refusal, refusal);
  });
}
Play::Expectation sendToUpstream(std::string text) {
  return expecting<SendToUpstream>("sendToUpstream " + shown(text),
                                   [=](const SendToUpstream& c) { return begins(c.bytes, text); });
}
Play::Expectation sendToClient(std::string text) {
  return expecting<SendToClient>("sendToClient " + shown(text),
                                 [=](const SendToClient& c) { return begins(c.bytes, text); });
}
Play::Expectation relayRequestBody(http1::Framing framing) {
  return expecting<RelayRequestBody>("relayRequestBody", [=](const auto& c) { return c.framing == framing; });
}
Play::Expectation relayResponseBody(http1::Framing framing) {
  return expecting<RelayResponseBody>("relayResponseBody", [=](const auto& c) { return c.framing == framing; });
}
Play::Expectation openTunnel() {
  return expecting<OpenTunnel>("openTunnel", [](const auto& c) { return !c.webSocket; });
}
Play::Expectation openWebSocket(std::optional<websocket::Deflate> deflate) {
  return expecting<OpenTunnel>("openTunnel of a WebSocket",
                               [=](const auto& c) { return c.webSocket && c.webSocket->deflate == deflate; });
}
Play::Expectation endUpstreamSending() {
  return expecting<EndUpstreamSending>("endUpstreamSending", [](const auto&) { return true; });
}
Play::Expectation endUpstream(EndUpstream::Fate fate) {
  return expecting<EndUpstream>("endUpstream " + std::to_string(int(fate)), [=](const auto& c) { return c.fate == fate; });
}
Play::Expectation closeClient(CloseClient::Kind kind) {
  return expecting<CloseClient>("closeClient " + std::to_string(int(kind)), [=](const auto& c) { return c.kind == kind; });
}

}  // namespace sluice::test
