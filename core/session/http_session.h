// What one client connection of a listener is doing: a sequence of HTTP/1 exchanges, ended by a tunnel or by closing. What
// comes behind CONNECT, or after the handshake of SOCKS, is sniffed: HTTP/1 becomes exchanges with that server, anything
// else a tunnel. A client that speaks TLS to a reverse listener is treated as if it had asked for CONNECT to its server.
// Pure: events and the time go in, commands come out. Owned by one thread.
//
// The driver calls one event, then carries out every command of takeCommands() before the next. It feeds heads while
// readsClientHead() or readsUpstreamHead() says so, and all first bytes anew while sniffs(); bodies pass by in pipes and
// only their ends are told.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/id.h"
#include "core/base/time.h"
#include "core/codec/http1/head_parser.h"
#include "core/codec/http1/persistence.h"
#include "core/codec/http1/target.h"
#include "core/session/commands.h"
#include "core/session/entry.h"
#include "core/session/interception.h"
#include "core/session/recording.h"

namespace sluice::session {

// A page of the proxy's own host.
inline constexpr std::string_view kOwnHost = "sluice.proxy";
struct OwnPage {
  int status = 404;
  std::string contentType;
  std::string fileName;  // not empty: to be saved under this name
  std::string body;
};

// Room for the fields that are usually added to a head that is passed on.
inline constexpr std::size_t kAddedToHeads = 64;

// What a session asks its worker for.
class IdSource {
 public:
  virtual ExchangeId nextExchangeId() = 0;
  // As it is now: the next connection may get another one.
  virtual const InterceptionPolicy& interception() const = 0;
  virtual OwnPage ownPage(std::string_view path) const = 0;

 protected:
  ~IdSource() = default;
};

struct OpenedUpstream {
  std::string address;  // numeric "address:port"
  bool kept = false;    // it stood idle before, and may have ended unseen
  bool reused = false;  // it has carried an exchange before
  MonoTime resolvedAt;
  MonoTime connectedAt;
  // It leads to a proxy, which is asked with whole URLs and this Proxy-Authorization (perhaps empty).
  std::optional<std::string> proxyAuthorization = {};
};

struct TunnelEnd {
  capture::BodyTotals up;
  capture::BodyTotals down;
  Error error;  // Code::None: both directions ended in order
};

class HttpSession {
 public:
  enum class Capture : std::uint8_t { Off, On };
  enum class Phase : std::uint8_t {
    AwaitSocks,
    AwaitRequest,
    Connecting,
    Sniff,
    SecureUpstream,  // TLS handshakes, first with upstream, then with the client
    SecureClient,
    AwaitResponse,
    RelayResponse,
    Tunnel,
    Closed,
  };

  // `ids` outlives the session.
  HttpSession(IdSource& ids, ConnectionId connection, Capture capture, Entry entry = {});

  // --- Events. Bytes are only looked at; the return value is how many of them belonged to a head.
  // REQUIRES: readsClientHead().
  std::size_t clientBytes(Bytes bytes, Now now);
  // REQUIRES: readsUpstreamHead().
  std::size_t upstreamBytes(Bytes bytes, Now now);
  // Everything that the client has sent behind CONNECT so far: it stays with the driver, for what comes of it.
  // REQUIRES: sniffs().
  void firstBytes(Bytes bytes, Now now);
  // Upstream speaks, ends or fails before the client has said enough, or nothing more can be sniffed.
  // REQUIRES: sniffs().
  void sniffedEnough(Now now);
  // What TLS on either side is, before the event that says how its handshake ended, or that upstream was opened.
  void upstreamTls(capture::TlsSeen seen);
  void clientTls(capture::TlsSeen seen);
  void upstreamSecured(Now now);
  void clientSecured(Now now);
  void clientNotSecured(Error error, Now now);
  // The client will send no more (half-close), while no request body is being relayed.
  void clientEnded(Now now);
  void clientFailed(Error error, Now now);
  void upstreamOpened(OpenedUpstream upstream, Now now);
  // Instead, where OpenUpstream::orStanding allowed it: the server can be reached, and is asked for again.
  void upstreamStandsBy();
  // Connecting failed, or the connection broke or ended before a response head was complete, or broke while sniffs().
  void upstreamFailed(Error error, Now now);
  // Everything for upstream, body included, was handed to the system.
  void requestSent(Now now);
  void requestBodyEnded(BodyEnd body, Now now);
  void responseBodyEnded(BodyEnd body, Now now);
  void tunnelEnded(TunnelEnd tunnel, Now now);
  // Nothing came from the side that is being waited for.
  void timedOut(Now now);
  // The engine stops: closes between exchanges instead of reading another request.
  void stop(Now now);

  // Exchanges that begin from now on are told of, or not; the one that runs goes on as it began.
  void setCapture(Capture capture) { capture_ = capture; }
  // Of a tunnel that is being opened nothing is told.
  void leaveOut() {
    recorded_ = false;
    held_.clear();
  }

  // --- State.
  bool readsClientHead() const { return phase_ == Phase::AwaitRequest || phase_ == Phase::AwaitSocks; }
  bool readsUpstreamHead() const { return phase_ == Phase::AwaitResponse; }
  bool sniffs() const { return phase_ == Phase::Sniff; }
  Phase phase() const { return phase_; }
  bool insideHead() const {
    return phase_ == Phase::AwaitSocks ? socks_->started() : phase_ == Phase::AwaitRequest && requestParser_.started();
  }
  ExchangeId exchange() const { return recording_ ? recording_->exchange() : ExchangeId{}; }
  // "http://host/path" or "host:port" of the exchange that runs, or ran last.
  const std::string& target() const { return targetText_; }
  std::uint64_t exchanges() const { return exchanges_; }
  // The exchange that runs, or ran last, is told of.
  bool isRecorded() const { return recorded_; }

  // Into an empty list, whose memory the session uses from then on.
  void takeCommands(std::vector<Command>& into) { commands_.swap(into); }

 private:
  enum class RequestBody : std::uint8_t {
    None,
    Waiting,  // for upstream
    Running,
    Done,
    Broken,   // upstream would not take it; its response may still come
  };
  // What a tunnel's connection to upstream is opened for.
  enum class OpenedFor : std::uint8_t {
    Answer,  // the client waits for it: CONNECT, or the request of SOCKS
    Tls,     // the client's TLS is decrypted; upstream's is done when it is opened
    Bytes,   // what the client has said goes on as it is
  };

  template <class T>
  void command(T value) { commands_.emplace_back(std::move(value)); }
  void tell(capture::Record record);
  // Makes the record only if somebody wants it.
  template <class Make>
  void tellOf(Make make) {
    if (recorded_) command(Tell{make()});
  }

  std::size_t socksBytes(Bytes bytes, Now now);
  void socksRequested();
  Destination socksDestination() const;
  void socksRefused(Error error, Now now);
  void answerSocks(socks5::Reply reply);

  bool isForUs(const http1::Target& target) const;
  void answerOwnPage(const http1::Target& target, Now now);
  void beginExchange(Now now);
  void requestComplete(Now now);
  void requestInvalid(Error error, Now now);
  Error checkTarget(const http1::Target& target) const;
  Destination destination(const http1::Target* target) const;
  void openUpstream(OpenUpstream::Reuse reuse);
  void sendRequest(Now now);
  http1::Target forwardTarget() const;
  bool mayRetry() const;
  bool isRepeatable() const;
  bool requestIsWhole() const { return requestBody_ == RequestBody::None || requestBody_ == RequestBody::Done; }

  void responseHead(Now now);
  void interimResponse(Now now);
  void switchProtocols(Now now);
  void openTunnel(Now now);
  void sniffEnded(Now now);
  void endUnused(Error error, Now now);
  void tlsBegins(Bytes bytes, Now now);
  bool isReverse() const { return entry_.kind == Entry::Kind::Reverse; }
  void notePassing(const std::string& serverName, std::string reason);
  void tlsBeginsInReverse(std::string serverName, std::string reasonToPass, Now now);
  void openForTunnel(OpenedFor use);
  UpstreamTls usualTls(const std::string& host, std::uint16_t port) const;
  void tunnelOpened(Now now);
  void answerTunnel();
  void upstreamNotSecured(Error error);
  void upstreamFailedUnasked(Error error, Now now);
  void tellTls();
  void enterOrigin();
  void tellHeld();
  void finalResponse(const http1::Framing& framing);
  void responseDone(Now now);
  void exchangeDone(Now now);

  // Ends the exchange with an error: answers with it when no response has begun, cuts the response otherwise.
  void failExchange(Error error, Now now);
  void answerError(const Error& error, http1::Persistence connection);
  void endExchange(Error error, Now now);
  void close(CloseClient::Kind kind);

  // Immutable after construction.
  IdSource& ids_;
  const ConnectionId connection_;
  const Entry entry_;

  // The connection. What most connections never have, and an idle one has no more, costs it a pointer.
  Capture capture_;
  Phase phase_ = Phase::AwaitRequest;
  bool stopping_ = false;
  bool clientEnded_ = false;
  std::uint64_t exchanges_ = 0;
  std::string targetText_;
  std::unique_ptr<socks5::ServerHandshake> socks_;  // until it is known what comes behind it
  Origin tunnelTo_;                               // what CONNECT or SOCKS asked for
  std::optional<Origin> origin_;
  std::optional<std::string> proxyAuthorization_;  // of the upstream connection
  UpstreamTls tls_;                               // of what was intercepted
  std::string clientName_;                        // what the client calls its server; empty: it knows an address only
  std::unique_ptr<const Error> refusal_;                  // why nothing goes to that server
  std::unique_ptr<capture::TlsSeen> clientTls_;
  bool personal_ = false;                         // connections to upstream may stand for whoever authenticated on them
  bool clientSecure_ = false;
  bool tlsLookedFor_ = false;                     // on a reverse listener
  bool passes_ = false;                           // the client's TLS goes on to upstream as it is
  MonoTime securedAt_{};
  bool sniffedAny_ = false;
  ExchangeId spareExchange_;  // of a CONNECT that needs no row
  http1::HeadParser requestParser_{http1::Role::Request};
  http1::HeadParser responseParser_{http1::Role::Response};
  std::vector<Command> commands_;

  // The exchange.
  std::unique_ptr<Recording> recording_;
  bool recorded_ = false;              // as `capture_` was when it began
  std::vector<capture::Record> held_;  // of a CONNECT, until it is known whether it becomes a tunnel
  http1::Target target_;  // of the request, in the parser's memory; what it says once the request is complete and its target fine
  http1::Framing requestFraming_;
  http1::Framing responseFraming_;
  RequestBody requestBody_ = RequestBody::None;
  http1::Persistence clientPersistence_ = http1::Persistence::Close;
  http1::Persistence upstreamPersistence_ = http1::Persistence::Close;
  bool tunnel_ = false;             // CONNECT
  bool upgrade_ = false;            // the request offers another protocol
  OpenedFor openedFor_ = OpenedFor::Answer;
  bool upstreamOpen_ = false;
  bool upstreamKept_ = false;
  bool responseBegun_ = false;      // bytes of a final response went to the client
  bool responseDone_ = false;       // all of them were handed over; the request body may still run
  std::unique_ptr<capture::TlsSeen> upstreamTls_;
  bool tlsTold_ = false;
  std::size_t interimResponses_ = 0;
};

}  // namespace sluice::session
