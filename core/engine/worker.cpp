#include "core/engine/worker.h"

#include <asio/post.hpp>
#include <asio/steady_timer.hpp>
#include <utility>

#include "core/base/limits.h"
#include "core/engine/client_connection.h"
#include "core/engine/clock.h"
#include "platform/net/address.h"

namespace sluice::engine {

using asio::ip::tcp;

namespace {
constexpr std::size_t kSpareRelaysMax = 32;  // for the next exchanges of a busy loop
constexpr auto kLastLookPatience = std::chrono::seconds(1);  // a look at the system takes milliseconds, where nothing holds it up
}

struct Worker::Listening {
  Listening(std::unique_ptr<net::Acceptor> a, std::string l, session::Entry e, asio::io_context& loop)
      : acceptor(std::move(a)), label(std::move(l)), entry(std::move(e)), retry(loop) {}

  std::unique_ptr<net::Acceptor> acceptor;
  std::string label;
  session::Entry entry;
  asio::steady_timer retry;
};

Worker::Worker(WorkerSettings settings, capture::Sink* sink, EnginePage& shared, WorkerCounters& counters,
               std::unique_ptr<TlsMeans> tls)
    : settings_(std::move(settings)),
      sink_(sink),
      shared_(shared),
      counters_(counters),
      throttling_({0, settings_.profile, {}}, readClocks().mono, shared.rates, static_cast<std::size_t>(counters.index.load())),
      keepRunning_(asio::make_work_guard(loop_)),
      files_([this](platform::FilePool::Task completion) { asio::post(loop_, std::move(completion)); }),
      resolver_(loop_),
      tls_(std::move(tls)),
      upstreams_(loop_, settings_.timeouts.upstreamIdle),
      clients_(loop_, [this](capture::ClientIdentified client) { clientIdentified(std::move(client)); }),
      drainDeadline_(loop_, [this] { loop_.stop(); }),
      records_(settings_.capture && sink != nullptr) {}

Worker::~Worker() = default;

const session::InterceptionPolicy& Worker::interception() const {
  static const session::InterceptionPolicy kOff;
  return tls_ ? tls_->policy() : kOff;
}

session::OwnPage Worker::ownPage(std::string_view path) const {
  return tls_ ? tls_->ownPages().page(path) : session::OwnPage{404, "text/plain; charset=utf-8", {}, "Sluice: there is no CA\n"};
}

void Worker::serve(std::unique_ptr<net::Acceptor> acceptor, std::string label, session::Entry entry) {
  listeners_.push_back(std::make_unique<Listening>(std::move(acceptor), std::move(label), std::move(entry), loop_));
  auto& listening = *listeners_.back();
  ownAddresses_.add(listening.acceptor->address());
  accept(listening);
}

void Worker::run() {
  loop_.run();
  // Connections go while the pools that they use still stand.
  for (auto* connection : openConnections()) connection->cut("the engine stopped");
  retired_.clear();
  upstreams_.clear();
  drainDeadline_.clear();
  clients_.giveUp(readClocks().mono + kLastLookPatience);
  while (relaysAreEnding() || files_.inFlight() + clients_.inFlight() > 0) {
    loop_.restart();  // a connection that goes may have stopped it once more
    loop_.run_one();
  }
}

void Worker::accept(Listening& listening) {
  listening.acceptor->accept([this, &listening](const std::error_code& code, tcp::socket socket) {
    accepted(listening, code, std::move(socket));
  });
}

void Worker::accepted(Listening& listening, const std::error_code& code, tcp::socket socket) {
  if (draining_ || code == asio::error::operation_aborted) return;
  if (!code) open(listening, std::move(socket));
  // Out of descriptors or memory, or at our own limit: those who wait stay in the system's backlog.
  const bool exhausted = code && code != asio::error::connection_aborted;
  if (!exhausted && connections_.size() < limits::kConnectionsMax) return accept(listening);
  listening.retry.expires_after(std::chrono::milliseconds(100));
  listening.retry.async_wait([this, &listening](const std::error_code& cancelled) {
    if (!cancelled && !draining_) accept(listening);
  });
}

void Worker::open(Listening& listening, tcp::socket socket) {
  const ConnectionId id{shared_.ids.nextConnection.add(1)};
  clients_.identify(id, ExchangeId{shared_.ids.nextExchange.load()}, socket);
  auto connection = std::make_unique<ClientConnection>(*this, std::move(socket), id, listening.label, listening.entry);
  auto& reference = *connection;
  connections_.emplace(id, std::move(connection));
  counters_.openConnections.store(connections_.size());
  reference.start();
}

void Worker::clientIdentified(capture::ClientIdentified client) {
  const auto found = connections_.find(client.connection);
  const bool open = found != connections_.end();
  // One that is not recorded may be later on, and then tells who it is itself.
  const bool recorded = open ? found->second->isRecorded() : records_;
  if (open) found->second->setClient(client);
  if (recorded) sink_->record(std::move(client));
}

void Worker::retire(ClientConnection& connection) {
  const auto found = connections_.find(connection.id());
  if (found == connections_.end()) return;
  if (retired_.empty()) asio::post(loop_, [this] { retired_.clear(); });
  retired_.push_back(std::move(found->second));
  connections_.erase(found);
  counters_.openConnections.store(connections_.size());
  clients_.ended(connection.id());
  stopIfDrained();
}

void Worker::resumeLater(ConnectionId connection) {
  asio::post(loop_, [this, connection] {
    const auto found = connections_.find(connection);
    if (found != connections_.end()) found->second->resume();
  });
}

bool Worker::relaysAreEnding() {
  std::erase_if(endingRelays_, [](const auto& relay) { return relay->isIdle(); });
  return !endingRelays_.empty();
}

void Worker::cameBack(ConnectionId connection) {
  // The caller may be a relay that has ended: it goes once it has returned.
  asio::post(loop_, [this] { relaysAreEnding(); });
  const auto found = connections_.find(connection);
  if (found != connections_.end()) found->second->resume();
}

std::unique_ptr<Relay> Worker::takeRelay(ConnectionId connection) {
  const auto cameBack = [this, connection] { this->cameBack(connection); };
  if (spareRelays_.empty()) return std::make_unique<Relay>(relayMeans(), cameBack);
  auto relay = std::move(spareRelays_.back());
  spareRelays_.pop_back();
  relay->tell(cameBack);
  return relay;
}

void Worker::giveRelay(std::unique_ptr<Relay> relay) {
  if (!relay->isIdle()) {
    endingRelays_.push_back(std::move(relay));
  } else if (spareRelays_.size() < kSpareRelaysMax) {
    spareRelays_.push_back(std::move(relay));
  }
}

void Worker::usePassThrough(std::vector<std::string> hosts) {
  if (!tls_) return;
  auto policy = tls_->policy();
  policy.passThrough = std::move(hosts);
  tls_->setPolicy(std::move(policy));
}

void Worker::useSwitches(bool records, bool intercepts) {
  records_ = records && sink_ != nullptr;
  for (auto* connection : openConnections()) connection->setRecording(records_);
  if (!tls_) return;
  auto policy = tls_->policy();
  policy.intercept = intercepts;
  tls_->setPolicy(std::move(policy));
}

void Worker::usePlan(throttle::Plan plan) {
  asio::post(loop_, [this, plan = std::move(plan)]() mutable {
    throttling_.use(std::move(plan), readClocks().mono);
    for (auto* connection : openConnections()) connection->profileChanged();
  });
}

void Worker::limit(ConnectionId connection, std::optional<throttle::Profile> profile, std::function<void(bool)> done) {
  asio::post(loop_, [this, connection, profile = std::move(profile), done = std::move(done)]() mutable {
    const auto found = connections_.find(connection);
    const bool open = found != connections_.end();
    if (open) found->second->limit(std::move(profile));
    done(open);
  });
}

// A copy: what is done to each may retire it.
std::vector<ClientConnection*> Worker::openConnections() const {
  std::vector<ClientConnection*> all;
  for (const auto& [id, connection] : connections_) all.push_back(connection.get());
  return all;
}

void Worker::drain() {
  asio::post(loop_, [this] { beginDrain(); });
}

void Worker::beginDrain() {
  if (draining_) return;
  draining_ = true;
  for (const auto& listening : listeners_) {
    listening->acceptor->close();
    listening->retry.cancel();
  }
  drainDeadline_.set(readClocks().mono + settings_.timeouts.drain);
  for (auto* connection : openConnections()) connection->stop();
  stopIfDrained();
}

void Worker::stopIfDrained() {
  if (draining_ && connections_.empty()) loop_.stop();
}

void Worker::snapshot(std::function<void(std::vector<ConnectionSnapshot>)> done) {
  asio::post(loop_, [this, done = std::move(done)] {
    std::vector<ConnectionSnapshot> all;
    all.reserve(connections_.size());
    for (const auto& [id, connection] : connections_) all.push_back(connection->snapshot());
    done(std::move(all));
  });
}

void Worker::close(ConnectionId connection, std::function<void(bool)> done) {
  asio::post(loop_, [this, connection, done = std::move(done)] {
    const auto found = connections_.find(connection);
    const bool open = found != connections_.end();
    if (open) found->second->cut("it was closed by hand");
    done(open);
  });
}

}  // namespace sluice::engine
