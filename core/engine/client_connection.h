// Drives one client connection: feeds its session with what happens on the sockets and carries out the session's commands.
// The only place where a session, links, relays and the upstream pool meet. Loop thread only.
//
// Whatever happens is noted and then handled in one turn: commands, heads, bodies, closing, and at the end the waits
// and the deadline are set for what comes next.
#pragma once

#include <asio/ip/tcp.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/engine/connector.h"
#include "core/engine/deadline.h"
#include "core/engine/link.h"
#include "core/engine/relay.h"
#include "core/engine/tunnel.h"
#include "core/engine/web_socket_watch.h"
#include "core/engine/worker.h"
#include "core/session/http_session.h"
#include "core/throttle/flow.h"

namespace sluice::engine {

class ClientConnection final : private Link::Driver {
 public:
  ClientConnection(Worker& worker, asio::ip::tcp::socket socket, ConnectionId id, const std::string& listener,
                   session::Entry entry);
  ~ClientConnection();
  ClientConnection(ClientConnection&&) = delete;

  void start();
  // The engine stops: ends after the exchange that runs.
  void stop();
  // A turn that was put off so that others had theirs.
  void resume();
  // Another plan of network profiles is in force.
  void profileChanged();
  // Has a profile of its own from now on, or none.
  void limit(std::optional<throttle::Profile> profile);
  // Ends now: what runs is recorded as aborted, for this reason.
  void cut(std::string_view why);

  ConnectionId id() const { return id_; }
  ConnectionSnapshot snapshot() const;
  void setClient(const capture::ClientIdentified& client) { identified_ = client; }
  // From its next exchange on.
  void setRecording(bool on);
  // The recorder knows of it.
  bool isRecorded() const { return openedTold_; }

 private:
  // Bytes that came with a head and belong to what follows it. They stay in the block they were received into, or, when
  // they were left over by a pipe, in a string.
  struct Rest {
    buffer::Block* block = nullptr;
    std::string text;
    Bytes bytes;
  };
  enum class Closing : std::uint8_t {
    No,
    Flushing,   // what is queued for the client goes out first
    Lingering,  // the client sees the end; what it still sends is thrown away, for a while
    Closed,
  };

  // Whether the client has ended its sending side.
  enum class ClientEnd : std::uint8_t {
    Unseen,
    Behind,  // more bytes stand before it; it is seen when they are read
    Seen,
  };

  // An upstream connection of which the TLS handshake is under way.
  struct Securing {
    std::unique_ptr<Upstream> upstream;
    MonoTime resolvedAt;
    MonoTime connectedAt;
  };

  void linkReady(Link&) override { turn(); }
  void due();

  void turn();
  bool step(Now now);

  // Commands.
  bool carryOut(Now now);
  void run(session::OpenUpstream& command, Now now);
  void run(session::SecureUpstream& command, Now now);
  void run(session::SecureClient& command, Now now);
  void run(session::SendToUpstream& command, Now now);
  void run(session::SendToClient& command, Now now);
  void run(session::RelayRequestBody& command, Now now);
  void run(session::RelayResponseBody& command, Now now);
  void run(session::OpenTunnel& command, Now now);
  void run(session::EndUpstreamSending& command, Now now);
  void run(session::EndUpstream& command, Now now);
  void run(session::CloseClient& command, Now now);
  void run(session::Tell& command, Now now);

  // Upstream.
  void roundTripLater(Result<Connected> result);
  void connected(Result<Connected> result);
  std::string personalKey(const std::string& key) const;
  void attach(std::unique_ptr<Upstream> upstream, MonoTime resolvedAt, MonoTime connectedAt, Now now);

  // TLS.
  void beginUpstreamTls(Upstream& upstream, const session::UpstreamTls& to, Now now);
  bool shakeHands(Now now);
  bool shakeHandsWithNewUpstream(Now now);
  bool shakeHandsWithUpstream(Now now);
  bool shakeHandsWithClient(Now now);

  // Heads.
  bool readClientHead(Now now);
  bool readUpstreamHead(Now now);
  bool sniff(Now now);
  bool makeRoom(Rest& rest);
  // More bytes behind those that stand. REQUIRES: makeRoom().
  IoResult receiveMore(Rest& rest, Link& link);
  bool watchClient(Now now);
  // Receives into a new block; the outcome, and the bytes as the rest that stands to be read.
  IoResult receiveInto(Rest& rest, Link& link);
  void consume(Rest& rest, std::size_t bytes);
  void release(Rest& rest);

  // Bodies and tunnels.
  pipe::Settings pipeSettings(capture::Direction direction) const;
  Relay::Recorded recorded(capture::Direction direction) const;
  // Null where the exchange that runs is not recorded.
  capture::Sink* sink() const { return session_.isRecorded() && !exchangeRefused_ ? worker_.sink() : nullptr; }
  void tellOpened();
  bool runRelays(Now now);
  bool runTunnel(Now now);
  static bool runs(const std::unique_ptr<Relay>& relay) { return relay && relay->active(); }
  void endWebSocket();
  // One that can be started.
  Relay& made(std::unique_ptr<Relay>& relay);
  // The exchange has ended.
  void giveBack(std::unique_ptr<Relay>& relay);
  void requestRelayEnded(Now now);
  void responseRelayEnded(Now now);
  void tellProgress(Now now);

  // The end of a turn.
  bool flushToClient(Now now);
  bool flushToUpstream(Now now);
  bool headsWait() const;
  void runClosing(Now now);
  void linger();
  void close(net::CloseKind kind);
  void noteMovement(Now now);
  void noteHandshakeBytes(MonoTime now);
  void arm(Now now);
  std::optional<MonoTime> heldBackUntil(MonoTime now) const;
  void armReads(Now now);
  bool relaysAreStuck(MonoTime now) const;
  std::optional<Micros> patience(MonoTime now) const;
  bool watchesClient() const;

  // Immutable after construction.
  Worker& worker_;
  const ConnectionId id_;
  const std::string listener_;
  const WallTime openedAt_;
  const std::string clientAddress_;

  std::optional<capture::ClientIdentified> identified_;  // once it is known
  bool openedTold_ = false;  // to the recorder
  bool exchangeRefused_ = false;  // by the recorder: the one that runs

  // The network profile that acts on this connection.
  void useProfile(Now now);
  void slowDown(Now now);
  void adaptRelays();
  const throttle::Profile& profile() const { return applied_->profile; }
  void goOffline(Now now);
  void closeAtRandom(Now now);
  Micros heldBack(MonoTime now) const;
  void recordThrottling(capture::Record& record, MonoTime now);
  void delayHandshakeAnswer();
  static std::uint64_t wireBytesBeside(Link& link);
  Applied ownLimit_;   // null: as the plan says
  Applied applied_;    // never null; outlives the flows
  std::string host_;   // that it talked to last
  std::uint16_t port_ = 0;
  bool throttled_ = false;
  struct Flows {
    Flows(const AppliedProfile& applied, ConnectionId id) : down(applied.down, id.value * 2), up(applied.up, id.value * 2 + 1) {}
    throttle::Flow down;  // what is sent to the client
    throttle::Flow up;    // what is sent to upstream
  };
  std::unique_ptr<Flows> flows_;  // null: nothing has slowed it down yet
  std::uint64_t addedDown_ = 0;  // bytes on the wire that were not in a slice, so far
  std::uint64_t addedUp_ = 0;
  std::optional<MonoTime> heldBackUntil_;
  Micros heldBackBefore_{0};  // the exchange that runs
  Micros handshakesHeldBack_{0};
  std::optional<MonoTime> closesAt_;  // at random, as the profile wants it
  struct DelayedHandshake {
    Deadline due;
    std::optional<Result<Connected>> result;
  };
  std::unique_ptr<DelayedHandshake> handshake_;  // null: none was ever delayed

  session::HttpSession session_;
  std::vector<session::Command> commands_;  // being carried out; empty between calls
  Link client_;
  std::unique_ptr<Upstream> upstream_;
  std::unique_ptr<Connecting> connecting_;
  std::unique_ptr<Upstream> reusable_;  // taken from the pool, not yet told to the session
  std::optional<Securing> securing_;
  std::optional<session::UpstreamTls> connectTls_;  // of the connection that is being opened
  std::unique_ptr<tls::Session> clientTls_;         // begins once everything in the clear is sent
  MonoTime handshakeSince_{};
  std::string upstreamKey_;  // what the session asked for: "host:port"
  std::string poolKey_;      // under which it may be kept: that, or a proxy that serves every host
  std::optional<std::string> proxyAuthorization_;  // see Upstream
  std::unique_ptr<Relay> requestRelay_;   // null where the exchange has had no body so far
  std::unique_ptr<Relay> responseRelay_;
  Tunnel tunnel_;
  std::unique_ptr<WebSocketWatch> webSocket_;  // of the tunnel
  Rest clientRest_;
  Rest upstreamRest_;
  std::size_t sniffedBytes_ = 0;  // of clientRest_, shown to the session
  Deadline deadline_;

  // What is under way.
  Closing closing_ = Closing::No;
  Link::Farewell farewell_ = Link::Farewell::Say;
  ClientEnd clientEnd_ = ClientEnd::Unseen;
  bool inTurn_ = false;
  bool turnPosted_ = false;
  bool requestSentTold_ = true;
  bool endUpstreamSending_ = false;               // once everything for upstream is sent
  std::optional<capture::BodyTotals> cutRequest_;  // of relays that the end of their exchange has cut
  std::optional<capture::BodyTotals> cutResponse_;

  // Time and counting.
  session::HttpSession::Phase lastPhase_ = session::HttpSession::Phase::Closed;
  bool wasInsideHead_ = false;
  MonoTime lastMoved_{};
  MonoTime lingersUntil_{};
  MonoTime progressToldAt_{};
  capture::ExchangeProgress progressTold_;
  std::optional<MonoTime> progressDue_;  // something is to be told, but not before this time
  std::uint64_t accountedUp_ = 0;
  std::uint64_t accountedDown_ = 0;
  std::uint64_t accountedUpstream_ = 0;
};

// What an upstream connection to this address is kept under.
std::string poolKey(const std::string& address, const std::optional<session::UpstreamTls>& tls);

}  // namespace sluice::engine
