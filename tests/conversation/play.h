// Words for conversations with a session: see README.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/session/http_session.h"

namespace sluice::test {

using session::HttpSession;

class Play {
 public:
  using Event = std::function<void(HttpSession&, Now)>;
  // Empty: as expected; else what was expected.
  using Expectation = std::function<std::string(const session::Command&)>;

  explicit Play(session::Entry entry = {});

  Play& under(session::InterceptionPolicy policy);
  Play& later(Micros time);
  Play& in(const Event& event);
  // Exactly these commands came since the last in().
  template <class... Each>
  Play& out(Each... each) {
    return check({Expectation(each)...});
  }
  // Looks at the last record of type T.
  template <class T>
  Play& recorded(const std::function<bool(const T&)>& holds, const std::string& what) {
    for (auto record = records_.rbegin(); record != records_.rend(); ++record) {
      if (const auto* found = std::get_if<T>(&*record)) {
        if (!holds(*found)) complain("the record is not as expected: " + what);
        return *this;
      }
    }
    complain("no record of that type: " + what);
    return *this;
  }
  Play& phase(HttpSession::Phase expected);

  // Empty when everything was as expected.
  const std::string& problems() const { return problems_; }

 private:
  struct Ids final : session::IdSource {
    std::uint64_t next = 1;
    session::InterceptionPolicy policy;
    ExchangeId nextExchangeId() override { return ExchangeId{next++}; }
    const session::InterceptionPolicy& interception() const override { return policy; }
    session::OwnPage ownPage(std::string_view path) const override { return {200, "text/plain", {}, "page " + std::string(path)}; }
  };

  Play& check(const std::vector<Expectation>& expected);
  void complain(const std::string& what);

  std::shared_ptr<Ids> ids_ = std::make_shared<Ids>();  // the session of a copied play has them too
  HttpSession session_;
  Now now_{};
  std::vector<session::Command> commands_;
  std::vector<capture::Record> records_;
  std::string problems_;
  int steps_ = 0;
};

inline Play play(session::Entry entry = {}) { return Play(std::move(entry)); }

// --- Events.
Play::Event clientBytes(std::string text);    // all of it must be taken, unless it is followed by another message
Play::Event upstreamBytes(std::string text);
Play::Event clientEnded();
Play::Event clientFailed(Code code);
Play::Event upstreamOpened();
Play::Event upstreamReused();
Play::Event upstreamStandsBy();
Play::Event upstreamFailed(Code code);
Play::Event firstBytes(std::string text);  // everything behind CONNECT so far
Play::Event sniffedEnough();
Play::Event upstreamTls(std::string chain);
Play::Event upstreamSecured();
Play::Event clientSecured();
Play::Event clientNotSecured(Code code);
Play::Event requestBodyEnded(std::uint64_t bytes, Error error = {});
Play::Event responseBodyEnded(std::uint64_t bytes, Error error = {}, bool excess = false);
Play::Event tunnelEnded(std::uint64_t up, std::uint64_t down, Error error = {});
Play::Event timedOut();
Play::Event stopped();

// --- Commands. Text is what the bytes begin with; for whole bytes end it with the empty line.
Play::Expectation openUpstream(std::string host, std::uint16_t port,
                               session::OpenUpstream::Reuse reuse = session::OpenUpstream::Reuse::Allowed);
Play::Expectation openSecureUpstream(std::string host, std::uint16_t port, session::UpstreamTls tls,
                                     session::OpenUpstream::Reuse reuse = session::OpenUpstream::Reuse::Allowed);
// Before CONNECT is answered.
Play::Expectation openUpstreamUnlessStanding(std::string host, std::uint16_t port, session::UpstreamTls standing);
Play::Expectation secureUpstream(session::UpstreamTls tls);
Play::Expectation secureClient(std::string host, std::string refusalBegins);
Play::Expectation sendToUpstream(std::string begins);
Play::Expectation sendToClient(std::string begins);
Play::Expectation relayRequestBody(http1::Framing framing);
Play::Expectation relayResponseBody(http1::Framing framing);
Play::Expectation openTunnel();
Play::Expectation openWebSocket(std::optional<websocket::Deflate> deflate);
Play::Expectation endUpstreamSending();
Play::Expectation endUpstream(session::EndUpstream::Fate fate);
Play::Expectation closeClient(session::CloseClient::Kind kind);

}  // namespace sluice::test

// Ends a test with what went wrong in the conversation.
#define VERIFY_PLAY(conversation)                            \
  do {                                                       \
    const std::string problems_ = (conversation).problems(); \
    QVERIFY2(problems_.empty(), problems_.c_str());          \
  } while (false)
