// Owns client connections and all that serves them, on one event loop. Constructed and destroyed by the supervisor while
// run() is not running; run() is the worker's thread. Everything else says which thread may call it.
#pragma once

#include <asio/executor_work_guard.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/base/id.h"
#include "core/buffer/heap_block_pool.h"
#include "core/capture/records.h"
#include "core/engine/client_identifier.h"
#include "core/engine/connector.h"
#include "core/engine/settings.h"
#include "core/engine/relay.h"
#include "core/engine/throttling.h"
#include "core/engine/shared_state.h"
#include "core/engine/tls_means.h"
#include "core/engine/upstream_pool.h"
#include "core/session/http_session.h"
#include "platform/net/listener.h"

namespace sluice::engine {

class ClientConnection;

// One open connection as the live list shows it.
struct ConnectionSnapshot {
  ConnectionId connection;
  session::HttpSession::Phase phase;
  ExchangeId exchange;
  WallTime openedAt;
  std::string clientAddress;
  std::string listener;
  std::string target;
  std::string program;  // path of the client's executable; empty while it is not known
  std::uint64_t process = 0;
  std::uint64_t exchanges = 0;
  std::uint64_t bytesUp = 0;
  std::uint64_t bytesDown = 0;
  std::string limit;  // the profile that is its own, as JSON; empty: it has none
};

class Worker final : public session::IdSource {
 public:
  // All outlive the worker. `sink` null: nothing is recorded, whatever the settings and useSwitches() say.
  Worker(WorkerSettings settings, capture::Sink* sink, EnginePage& shared, WorkerCounters& counters,
         std::unique_ptr<TlsMeans> tls = nullptr);
  ~Worker();
  Worker(Worker&&) = delete;

  // Before run(), or on the loop. `label` is what rows say of it: "regular 127.0.0.1:8080".
  asio::io_context& loop() { return loop_; }
  void serve(std::unique_ptr<net::Acceptor> acceptor, std::string label, session::Entry entry = {});

  // Loop thread, before the first listener: in place of what the constructor was given.
  void useTls(std::unique_ptr<TlsMeans> tls) { tls_ = std::move(tls); }

  // Returns after drain() or stop().
  void run();

  // Any thread. Stops accepting, lets running exchanges end, at most Timeouts::drain; then run() returns.
  void drain();
  // Any thread. From now on this plan is in force, also for what runs.
  void usePlan(throttle::Plan plan);
  // Any thread. From now on this profile acts on this connection, whatever the plan says; none: as the plan says. Calls `done` on
  // the worker's thread with whether there was one.
  void limit(ConnectionId connection, std::optional<throttle::Profile> profile, std::function<void(bool)> done);
  // Any thread. Calls `done` on the worker's thread with every open connection.
  void snapshot(std::function<void(std::vector<ConnectionSnapshot>)> done);
  // Any thread. Cuts a connection; calls `done` on the worker's thread with whether there was one.
  void close(ConnectionId connection, std::function<void(bool)> done);

  // Loop thread. From the next connection on these hosts are not decrypted.
  void usePassThrough(std::vector<std::string> hosts);
  // Loop thread. What begins from now on is recorded or not, and decrypted or not; what runs stays as it is.
  void useSwitches(bool records, bool intercepts);

  // --- For connections. Loop thread only.
  ExchangeId nextExchangeId() override { return ExchangeId{shared_.ids.nextExchange.add(1)}; }
  const session::InterceptionPolicy& interception() const override;
  session::OwnPage ownPage(std::string_view path) const override;
  // Null: nothing is decrypted, and no https: URL can be asked for.
  TlsMeans* tls() { return tls_.get(); }
  const WorkerSettings& settings() const { return settings_; }
  const Throttling& throttling() const { return throttling_; }
  WorkerCounters& mutableCounters() { return counters_; }
  buffer::BlockPool& blocks() { return blocks_; }
  platform::FilePool& files() { return files_; }
  UpstreamPool& upstreams() { return upstreams_; }
  Connecting::Means connectMeans() { return {loop_, resolver_, ownAddresses_, settings_.timeouts.connect}; }
  Relay::Means relayMeans() { return {blocks_, files_, settings_.spillDirectory, settings_.bodyDirectory, &kernelPipes_}; }
  // Something that a relay of this connection had given away came back: its turn, if it still stands.
  void cameBack(ConnectionId connection);
  // For an exchange of this connection that has a body. It comes back once the exchange has ended: idle connections have none.
  std::unique_ptr<Relay> takeRelay(ConnectionId connection);
  // REQUIRES: not active. Its last spill write may still be under way, or a wait that owns a block of it.
  void giveRelay(std::unique_ptr<Relay> relay);
  capture::Sink* sink() const { return sink_; }
  // Exchanges that begin now. ENSURES: there is a sink.
  bool records() const { return records_; }
  // Gives the connection another turn after the others have had theirs.
  void resumeLater(ConnectionId connection);
  // Destroys the connection, though not before the current callback has returned.
  void retire(ClientConnection& connection);

 private:
  struct Listening;

  void accept(Listening& listening);
  void accepted(Listening& listening, const std::error_code& code, asio::ip::tcp::socket socket);
  void open(Listening& listening, asio::ip::tcp::socket socket);
  void clientIdentified(capture::ClientIdentified client);
  bool relaysAreEnding();
  std::vector<ClientConnection*> openConnections() const;
  void beginDrain();
  void stopIfDrained();

  // Immutable after construction.
  const WorkerSettings settings_;
  capture::Sink* const sink_;
  EnginePage& shared_;
  WorkerCounters& counters_;

  // Loop thread only.
  Throttling throttling_;
  asio::io_context loop_{1};
  asio::executor_work_guard<asio::io_context::executor_type> keepRunning_;
  buffer::HeapBlockPool blocks_;
  net::KernelPipes kernelPipes_;
  platform::FilePool files_;
  Resolver resolver_;
  OwnAddresses ownAddresses_;
  std::unique_ptr<TlsMeans> tls_;  // outlives all that speaks TLS
  UpstreamPool upstreams_;
  ClientIdentifier clients_;
  Deadline drainDeadline_;
  std::vector<std::unique_ptr<Listening>> listeners_;
  std::unordered_map<ConnectionId, std::unique_ptr<ClientConnection>> connections_;
  std::vector<std::unique_ptr<ClientConnection>> retired_;
  std::vector<std::unique_ptr<Relay>> endingRelays_;  // until everything of theirs came back
  std::vector<std::unique_ptr<Relay>> spareRelays_;
  bool records_;
  bool draining_ = false;
};

}  // namespace sluice::engine
