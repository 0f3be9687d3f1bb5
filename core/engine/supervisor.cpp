#include "core/engine/supervisor.h"

#include <asio/post.hpp>
#include <csignal>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/base/assert.h"
#include "core/base/version.h"
#include "core/engine/authority_files.h"
#include "core/engine/clock.h"
#include "core/engine/key_log.h"
#include "core/store/body_files.h"
#include "core/throttle/profile_json.h"
#include "platform/data_dir.h"
#include "platform/net/address.h"
#include "platform/process.h"
#include "platform/system_roots.h"

namespace sluice::engine {
namespace {

using asio::ip::tcp;

constexpr auto kSampleEvery = std::chrono::seconds(1);
constexpr auto kChangedEvery = std::chrono::milliseconds(33);  // what a window can show: 30 times a second

Result<tcp::acceptor> bind(asio::io_context& loop, const ListenerSpec& spec) {
  tcp::acceptor acceptor(loop);
  std::error_code code;
  acceptor.open(spec.address.protocol(), code);
  // Without this, a restart within a minute finds the old connections in the way. (On Windows it would mean
  // something else: sharing the port with another program.)
  if (!code && platform::reuseAddressIsSafe()) acceptor.set_option(tcp::acceptor::reuse_address(true), code);
  if (!code) acceptor.bind(spec.address, code);
  if (!code) acceptor.listen(asio::socket_base::max_listen_connections, code);
  if (!code) return acceptor;
  auto error = net::toError(code, Side::Local, "cannot listen on " + net::toText(spec.address));
  if (error.code == Code::AddressInUse) {
    error.detail += ": another program has this port; stop it, or choose another port with --listen regular@127.0.0.1:PORT";
  }
  return fail(std::move(error));
}

std::string sentenceAbout(const store::Database::MovedAside& moved) {
  return "the history was damaged (" + describe(moved.why) + ") and is kept as " + moved.to.string() +
         "; a new one was begun";
}

Result<std::string> rootsFrom(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file && text.find("-----BEGIN CERTIFICATE-----") != std::string::npos) return text;
  return fail(Side::Local, Code::BadArgument, "--upstream-ca " + path.string() + ": no certificate in PEM can be read from it");
}

}  // namespace

Supervisor::Supervisor(EngineSettings settings, platform::DataDirLock lock)
    : settings_(std::move(settings)), startedAt_(readClocks()), lock_(std::move(lock)) {}

Supervisor::~Supervisor() {
  if (workerThread_.joinable()) {
    worker_->drain();
    workerThread_.join();
  }
}

Result<std::unique_ptr<Supervisor>> Supervisor::start(EngineSettings settings) {
  if (auto made = platform::ensurePrivateDirectory(settings.dataDir); !made) return fail(std::move(made.error()));
  auto lock = platform::DataDirLock::acquire(settings.dataDir, readClocks().wall);
  if (!lock) return fail(std::move(lock.error()));

  std::unique_ptr<Supervisor> engine(new Supervisor(std::move(settings), std::move(*lock)));
  // From here on a signal is kept for run(): whoever reads that it listens may ask it to stop at once.
  for (const int signal : platform::stopSignals()) {
    std::error_code code;
    engine->signals_.add(signal, code);
    if (code) return fail(net::toError(code, Side::Local, "cannot wait for signal " + std::to_string(signal)));
  }
  if (auto opened = engine->openHistory(); !opened) return fail(std::move(opened.error()));
  if (auto opened = engine->openListeners(); !opened) return fail(std::move(opened.error()));
  if (auto opened = engine->openControl(); !opened) return fail(std::move(opened.error()));
  return engine;
}

Result<void> Supervisor::openHistory() {
  auto database = store::Database::open(settings_.dataDir, startedAt_.wall);
  if (!database) return fail(std::move(database.error()));
  if (const auto& moved = database->movedAside()) notice_ = sentenceAbout(*moved);
  ids_.nextExchange.store(database->nextExchangeId().value);
  ids_.nextConnection.store(database->nextConnectionId().value);
  store::RecorderOptions options;
  options.retention = settings_.retention;
  options.searchIndex = true;
  options.onCommitted = [this](const store::RecorderStatus& status) {
    asio::post(loop_, [this, status] { committed(status); });
  };
  auto recorder = store::Recorder::start(std::move(*database), std::move(options));
  if (!recorder) return fail(std::move(recorder.error()));
  recorder_ = std::move(*recorder);
  lastCommit_ = recorder_->status();
  if (auto chosen = chooseProfile(); !chosen) return chosen;
  settings_.worker.spillDirectory = settings_.dataDir;
  settings_.worker.bodyDirectory = store::bodyFolder(settings_.dataDir);
  auto tls = openTls();
  if (!tls) return fail(std::move(tls.error()));
  worker_ = std::make_unique<Worker>(settings_.worker, recorder_.get(), ids_, counters_, std::move(*tls));
  return {};
}

Result<std::unique_ptr<TlsMeans>> Supervisor::openTls() {
  auto authority = openAuthority(settings_.dataDir, startedAt_.wall);
  if (!authority) return fail(std::move(authority.error()));
  TlsMeans::Settings means{settings_.interception, std::move(authority->certificate), std::move(authority->key)};
  auto roots = platform::systemRoots();
  if (roots) {
    means.roots = std::move(*roots);
  } else if (settings_.interception.intercept && settings_.interception.verifyServers && notice_.empty()) {
    notice_ = "no server can be verified: " + roots.error().detail + "; name a file of certificates with --upstream-ca";
  }
  for (const auto& path : settings_.upstreamCas) {
    auto more = rootsFrom(path);
    if (!more) return fail(std::move(more.error()));
    means.roots += "\n" + *more;
  }
  if (!settings_.keyLogFile.empty()) {
    auto log = openKeyLog(settings_.keyLogFile);
    if (!log) return fail(std::move(log.error()));
    means.keyLog = std::move(*log);
  }
  return TlsMeans::create(std::move(means));
}

Result<void> Supervisor::openListeners() {
  for (const auto& spec : settings_.listeners) {
    auto acceptor = bind(worker_->loop(), spec);
    if (!acceptor) return fail(std::move(acceptor.error()));
    const auto address = net::toText(acceptor->local_endpoint());
    listeners_.push_back({spec.text, spec.kind, address});
    worker_->serve(std::move(*acceptor), spec.kind + " " + address, spec.entry);
  }
  return {};
}

Result<void> Supervisor::openControl() {
  auto endpoint = platform::ControlEndpoint::listen(settings_.dataDir);
  if (!endpoint) return fail(std::move(endpoint.error()));
  endpoint_ = std::make_unique<platform::ControlEndpoint>(std::move(*endpoint));
  auto acceptor = net::ControlAcceptor::open(loop_, endpoint_->takeListener(), endpoint_->address());
  if (!acceptor) return fail(std::move(acceptor.error()));
  ControlServer::Engine& engine = *this;
  control_ = std::make_unique<ControlServer>(loop_, std::move(*acceptor), engine);
  return lock_.publish(endpoint_->address());
}

void Supervisor::run() {
  signals_.async_wait([this](const std::error_code& code, int) {
    if (!code) stopRequested();
  });
  sampleEverySecond();
  workerThread_ = std::thread([this] {
    worker_->run();
    asio::post(loop_, [this] { workerFinished(); });
  });
  loop_.run();
}

void Supervisor::stopRequested() {
  if (std::exchange(stopping_, true)) return;
  control_->announceStop();
  worker_->drain();
}

Result<void> Supervisor::clearHistory() { return recorder_->clear(); }

// What --profile and the options beside it say; the user's own profiles come from the history.
Result<void> Supervisor::chooseProfile() {
  for (const auto& [key, value] : recorder_->kept()) {
    if (!key.starts_with(throttle::OwnProfiles::kKeyPrefix)) continue;
    auto profile = throttle::profileFromJson(value);
    // One that a newer version wrote stays where it is.
    if (profile && ownProfiles_.check(*profile)) ownProfiles_.put(std::move(*profile));
  }
  throttle::Profile base;
  if (!settings_.profileName.empty()) {
    auto found = ownProfiles_.find(settings_.profileName);
    if (!found) return fail(Side::Local, Code::BadArgument, "--profile: " + found.error().detail);
    base = std::move(*found);
  }
  settings_.worker.profile = settings_.adjusted.appliedTo(base);
  return {};
}

control::ProfileReply Supervisor::profiles() {
  control::ProfileReply reply{throttle::toJson(settings_.worker.profile), {}};
  for (const auto& each : ownProfiles_.all()) reply.own.push_back(throttle::toJson(each));
  return reply;
}

Result<void> Supervisor::useProfile(const std::string& json) {
  auto profile = throttle::profileFromJson(json);
  if (!profile) return fail(profile.error());
  settings_.worker.profile = *profile;
  worker_->useProfile(std::move(*profile));
  return {};
}

Result<void> Supervisor::saveProfile(const std::string& json) {
  auto profile = throttle::profileFromJson(json);
  if (!profile) return fail(profile.error());
  if (auto allowed = ownProfiles_.check(*profile); !allowed) return allowed;
  if (auto kept = recorder_->keep(throttle::OwnProfiles::key(profile->name), throttle::toJson(*profile)); !kept) return kept;
  ownProfiles_.put(std::move(*profile));
  return {};
}

Result<void> Supervisor::deleteProfile(const std::string& name) {
  if (auto allowed = ownProfiles_.checkRemoval(name); !allowed) return allowed;
  if (auto kept = recorder_->keep(throttle::OwnProfiles::key(name), std::nullopt); !kept) return kept;
  ownProfiles_.remove(name);
  return {};
}

void Supervisor::workerFinished() {
  workerThread_.join();
  recorder_->stop();
  signals_.cancel();
  // One last turn for what is ready to be sent.
  asio::post(loop_, [this] { loop_.stop(); });
}

control::StatusSample Supervisor::sample() const {
  const auto now = readClocks();
  const auto recorder = recorder_->status();
  control::StatusSample sample;
  sample.at = now.wall;
  sample.openConnections = counters_.openConnections.load();
  sample.bytesUp = counters_.bytesUp.load();
  sample.bytesDown = counters_.bytesDown.load();
  const auto elapsed = (now.mono - lastSampleAt_).count();
  if (lastSampleAt_ != MonoTime{} && elapsed > 0) {
    const auto perSecond = [&](std::uint64_t bytes) { return bytes * 1'000'000 / static_cast<std::uint64_t>(elapsed); };
    sample.upBytesPerSecond = perSecond(sample.bytesUp - lastSample_.bytesUp);
    sample.downBytesPerSecond = perSecond(sample.bytesDown - lastSample_.bytesDown);
  }
  const bool failed = recorder.problem.code != Code::None;
  sample.capture = !settings_.worker.capture ? control::CaptureState::Off
                   : failed                  ? control::CaptureState::Failed
                                             : control::CaptureState::On;
  if (failed) sample.storeError = describe(recorder.problem);
  sample.recorderQueueBytes = recorder.queuedBytes;
  sample.recorderQueueRecords = recorder.queuedRecords;
  sample.refusedBodyBytes = recorder.refusedBodyBytes;
  sample.droppedExchanges = recorder.droppedExchanges;
  sample.databaseBytes = recorder.databaseBytes;
  return sample;
}

void Supervisor::sampleEverySecond() {
  lastSample_ = sample();
  lastSampleAt_ = readClocks().mono;
  control_->publish(lastSample_);
  sampleTimer_.expires_after(kSampleEvery);
  sampleTimer_.async_wait([this](const std::error_code& code) {
    if (!code) sampleEverySecond();
  });
}

control::StatusReply Supervisor::status() {
  control::StatusReply reply;
  reply.pid = platform::ownProcessId();
  reply.version = version();
  reply.startedAt = startedAt_.wall;
  reply.uptime = readClocks().mono - startedAt_.mono;
  reply.dataDir = settings_.dataDir.string();
  reply.listeners = listeners_;
  const auto recorder = recorder_->status();
  reply.exchangesTotal = recorder.exchanges;
  reply.storeNotice = recorder.movedAside ? sentenceAbout(*recorder.movedAside) : notice_;
  reply.bugsSurvived = bugCount();
  reply.now = sample();
  reply.now.upBytesPerSecond = lastSample_.upBytesPerSecond;
  reply.now.downBytesPerSecond = lastSample_.downBytesPerSecond;
  return reply;
}

void Supervisor::closeConnection(ConnectionId connection, std::function<void(bool)> done) {
  worker_->close(connection, [this, done = std::move(done)](bool closed) mutable {
    asio::post(loop_, [done = std::move(done), closed] { done(closed); });
  });
}

void Supervisor::connections(std::function<void(control::ConnectionsReply)> done) {
  worker_->snapshot([this, done = std::move(done)](std::vector<ConnectionSnapshot> all) mutable {
    asio::post(loop_, [done = std::move(done), all = std::move(all)] {
      using Phase = session::HttpSession::Phase;
      control::ConnectionsReply reply;
      reply.total = all.size();
      for (const auto& each : all) {
        const auto state = each.phase == Phase::Tunnel || each.phase == Phase::Sniff ? control::ConnectionState::Tunnel
                           : each.exchange              ? control::ConnectionState::Exchange
                                                        : control::ConnectionState::Idle;
        reply.rows.push_back({each.connection, state, each.exchange, each.openedAt, each.clientAddress, each.listener,
                              each.target, each.exchanges, each.bytesUp, each.bytesDown, each.program, each.process});
      }
      done(std::move(reply));
    });
  });
}

void Supervisor::committed(const store::RecorderStatus& status) {
  lastCommit_ = status;
  if (std::exchange(changedPending_, true)) return;
  changedTimer_.expires_after(kChangedEvery);
  changedTimer_.async_wait([this](const std::error_code& code) {
    if (!code) publishChanged();
  });
}

void Supervisor::publishChanged() {
  changedPending_ = false;
  control::Changed event;
  event.storeVersion = lastCommit_.version;
  event.newestExchange = lastCommit_.newest;
  event.exchangesTotal = lastCommit_.exchanges;
  event.exchangesOpen = counters_.openExchanges.load();
  control_->publish(event);
}

}  // namespace sluice::engine
