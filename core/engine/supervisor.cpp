#include "core/engine/supervisor.h"

#include <algorithm>
#include <asio/post.hpp>
#include <fstream>
#include <iterator>
#include <utility>

#include "core/base/assert.h"
#include "core/base/version.h"
#include "core/engine/authority_files.h"
#include "core/engine/clock.h"
#include "core/engine/key_log.h"
#include "core/throttle/profile_json.h"
#include "platform/data_dir.h"
#include "platform/net/address.h"
#include "platform/process.h"
#include "platform/system_proxy_hold.h"
#include "platform/system_roots.h"

namespace sluice::engine {
namespace {

constexpr auto kSampleEvery = std::chrono::seconds(1);
constexpr auto kDrainGrace = std::chrono::seconds(5);  // for a worker to record what it cut
constexpr auto kChangedEvery = std::chrono::milliseconds(33);  // what a window can show: 30 times a second

Result<net::Listener> bind(const ListenerSpec& spec) {
  auto listener = net::Listener::open(spec.address);
  if (listener) return listener;
  auto error = std::move(listener.error());
  if (error.code == Code::AddressInUse) {
    error.detail += ": another program has this port; stop it, or choose another port with --listen regular@127.0.0.1:PORT";
  }
  return fail(std::move(error));
}

std::string sentenceAbout(const store::Database::MovedAside& moved) {
  return "the history was damaged (" + describe(moved.why) + ") and is kept as " + moved.to.string() +
         "; a new one was begun, " + (moved.settingsKept ? "with" : "without") + " your profiles and hosts, which " +
         (moved.settingsKept ? "could be read" : "could not be read");
}

Result<std::string> rootsFrom(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(std::istreambuf_iterator<char>(file), {});
  if (file && text.find("-----BEGIN CERTIFICATE-----") != std::string::npos) return text;
  return fail(Side::Local, Code::BadArgument, "--upstream-ca " + path.string() + ": no certificate in PEM can be read from it");
}

void addWorkers(control::StatusSample& sample, const std::vector<WorkerSlot::Figures>& workers) {
  for (const auto& [counters, restarts, queuedMessages, memory, waitingBytes, badRecords, runs] : workers) {
    sample.openConnections += counters.openConnections.load();
    sample.bytesUp += counters.bytesUp.load();
    sample.bytesDown += counters.bytesDown.load();
    sample.recorderQueueBytes += waitingBytes + counters.backlogBytes.load();
    sample.refusedBodyBytes += counters.refusedBodyBytes.load();
    sample.droppedExchanges += counters.droppedExchanges.load();
    sample.workers += runs ? 1 : 0;
    sample.workerRestarts += restarts;
    sample.queuedMessages += queuedMessages;
    sample.chunks += memory.chunks;
    sample.chunksInUse += memory.inUse;
    sample.backPressureEvents += counters.backPressure.load();
    sample.cutBodies += counters.cutBodies.load();
    sample.badRecords += badRecords;
  }
}

}  // namespace

Supervisor::Supervisor(EngineSettings settings, platform::DataDirLock lock, port::SharedPage<EnginePage> shared)
    : settings_(std::move(settings)), startedAt_(readClocks()), lock_(std::move(lock)), shared_(std::move(shared)),
      keptChanges_([this](const std::string& key, std::optional<std::string> text, KeptChanges::Answer answer) {
        recorder_->keep(key, std::move(text), posted(std::move(answer)));
      }),
      profiles_(listeners_, keptChanges_, [this] {
        for (const auto& slot : slots_) slot->sendPlan();
      }) {}

Supervisor::~Supervisor() {
  endSelfTest();
  if (proxyThread_.joinable()) proxyThread_.join();
}

Result<std::unique_ptr<Supervisor>> Supervisor::start(EngineSettings settings) {
  if (auto made = platform::ensurePrivateDirectory(settings.dataDir); !made) return fail(std::move(made.error()));
  auto lock = platform::DataDirLock::acquire(settings.dataDir, readClocks().wall);
  if (!lock) return fail(std::move(lock.error()));

  auto shared = port::SharedPage<EnginePage>::create();
  if (!shared) return fail(std::move(shared.error()));
  std::unique_ptr<Supervisor> engine(new Supervisor(std::move(settings), std::move(*lock), std::move(*shared)));
  // From here on a signal is kept for run(): whoever reads that it listens may ask it to stop at once.
  auto requests = platform::StopRequests::watch([self = engine.get()] { asio::post(self->loop_, [self] { self->stopRequested(); }); });
  if (!requests) return fail(std::move(requests.error()));
  engine->stopRequests_ = std::move(*requests);
  if (auto opened = engine->openHistory(); !opened) return fail(std::move(opened.error()));
  if (auto opened = engine->openTls(); !opened) return fail(std::move(opened.error()));
  if (auto opened = engine->openListeners(); !opened) return fail(std::move(opened.error()));
  if (auto opened = engine->openControl(); !opened) return fail(std::move(opened.error()));
  if (auto started = engine->startWorkers(); !started) return fail(std::move(started.error()));
  return engine;
}

void Supervisor::addNotice(const std::string& sentence) { notice_ += (notice_.empty() ? "" : "; ") + sentence; }

void Supervisor::beginNumbering(ExchangeId exchange, ConnectionId connection) {
  shared_.get().ids.nextExchange.store(exchange.value);
  shared_.get().ids.nextConnection.store(connection.value);
}

// A full disk or a locked database passes, also where the history must be brought up to date first: until then traffic goes on
// unrecorded.
Result<void> Supervisor::startRecorder(store::RecorderOptions options) {
  auto database = store::Database::open(settings_.dataDir, startedAt_.wall);
  if (!database) {
    const Error why = database.error();
    auto known = why.code == Code::NoSpace || why.code == Code::DatabaseBusy ? store::lookAtHistory(settings_.dataDir) : fail(why);
    if (!known) return fail(why);
    settings_.log("recording is paused: " + describe(why));
    beginNumbering(known->nextExchange, known->nextConnection);
    recorder_ = store::Recorder::startPaused(settings_.dataDir, why, std::move(*known), std::move(options));
    return {};
  }
  if (const auto& moved = database->movedAside()) addNotice(sentenceAbout(*moved));
  beginNumbering(database->nextExchangeId(), database->nextConnectionId());
  auto recorder = store::Recorder::start(std::move(*database), std::move(options));
  if (!recorder) return fail(std::move(recorder.error()));
  recorder_ = std::move(*recorder);
  return {};
}

Result<void> Supervisor::openHistory() {
  store::RecorderOptions options;
  options.retention = settings_.retention;
  options.background = true;
  options.onCommitted = [this](const store::RecorderStatus& status) {
    asio::post(loop_, [this, status] { committed(status); });
  };
  if (auto started = startRecorder(std::move(options)); !started) return started;
  lastCommit_ = recorder_->status();
  if (auto begun = profiles_.begin(recorder_->kept(), settings_.profileName, settings_.adjusted); !begun) return begun;
  for (const auto& sentence : profiles_.notices()) addNotice(sentence);
  return choosePassThrough();
}

// What every worker will be told; whether it can be used is found out here, where somebody reads what is wrong.
Result<void> Supervisor::openTls() {
  auto authority = openAuthority(settings_.dataDir, startedAt_.wall);
  if (!authority) return fail(std::move(authority.error()));
  tls_.policy = settings_.interception;
  tls_.authorityCertificate = std::move(authority->certificate);
  tls_.authorityKey = std::move(authority->key);
  auto roots = platform::systemRoots();
  if (roots) {
    tls_.roots = std::move(*roots);
  } else if (settings_.interception.intercept && settings_.interception.verifyServers) {
    addNotice("no server can be verified: " + roots.error().detail + "; name a file of certificates with --upstream-ca");
  }
  for (const auto& path : settings_.upstreamCas) {
    auto more = rootsFrom(path);
    if (!more) return fail(std::move(more.error()));
    tls_.roots += "\n" + *more;
  }
  if (!settings_.keyLogFile.empty()) {
    if (auto log = openKeyLog(settings_.keyLogFile); !log) return fail(std::move(log.error()));
  }
  if (auto usable = TlsMeans::create(tls_); !usable) return fail(std::move(usable.error()));
  return {};
}

Result<void> Supervisor::openListeners() {
  for (const auto& spec : settings_.listeners) {
    auto listener = bind(spec);
    if (!listener) return fail(std::move(listener.error()));
    const auto address = net::toText(listener->address());
    listeners_.push_back({spec.text, spec.kind, address});
    listening_.push_back({std::move(*listener), spec.kind + " " + address});
    if (spec.profile.empty()) continue;
    if (auto slowed = profiles_.slowListener(address, spec.profile); !slowed) return slowed;
  }
  return {};
}

Result<void> Supervisor::startWorkers() {
  const WorkerSlot::Means means{loop_,      settings_,
                                tls_,       shared_,
                                listening_, *recorder_,
                                [this](std::size_t bytes) { return mayRecord(bytes); },
                                openIds_,
                                profiles_.plan(),
                                [this] { workerChanged(); }};
  for (std::size_t i = 0; i < settings_.workers; ++i) {
    slots_.push_back(std::make_unique<WorkerSlot>(means, i));
    if (auto started = slots_.back()->start(); !started) return started;
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
  sampleEverySecond();
  if (settings_.recordBytesPerSecond > 0) pumpSlowly();
  loop_.run();
  if (proxyThread_.joinable()) proxyThread_.join();
  if (platform::isSystemProxyAbandoned(settings_.dataDir)) static_cast<void>(platform::releaseSystemProxy(settings_.dataDir));
}

void Supervisor::stopRequested() {
  if (std::exchange(stopping_, true)) return;
  control_->announceStop();
  if (selfTest_) selfTest_->stop();
  for (const auto& slot : slots_) slot->drain();
  closeListeners();
  killTimer_.expires_after(settings_.worker.timeouts.drain + kDrainGrace);
  killTimer_.async_wait([this](const std::error_code& code) {
    if (code) return;
    for (const auto& slot : slots_) slot->kill();
  });
  finishWhenAllEnded();
}

void Supervisor::clearHistory(std::function<void(Result<void>)> done) { recorder_->clear(posted(std::move(done))); }

// An answer of those who record comes after what they recorded before.
void Supervisor::syncHistory(std::function<void()> done) {
  connections([this, done = std::move(done)](const control::ConnectionsReply&) { whenFlushed(done); });
}

// Nobody else waits for the disk meanwhile.
void Supervisor::whenFlushed(std::function<void()> done) {
  recorder_->whenFlushed([this, done = std::move(done)] { asio::post(loop_, done); });
}

std::function<void(Result<void>)> Supervisor::posted(std::function<void(Result<void>)> done) {
  return [this, done = std::move(done)](Result<void> outcome) {
    asio::post(loop_, [done, outcome = std::move(outcome)] { done(outcome); });
  };
}

// What --pass-through says, and how it was changed since.
Result<void> Supervisor::choosePassThrough() {
  auto list = session::PassList::create(settings_.interception.passThrough);
  if (!list) return fail(Side::Local, Code::BadArgument, "--pass-through: " + list.error().detail);
  passList_ = std::move(*list);
  std::size_t leftOut = 0;
  for (const auto& [key, value] : recorder_->kept()) {
    const auto restored = passList_.restore(key, value);
    if (!restored && ++leftOut == 1) addNotice("hosts that pass through: " + restored.error().detail);
  }
  if (leftOut > 1) addNotice("of these hosts " + std::to_string(leftOut) + " are left out");
  settings_.interception.passThrough = passList_.hosts();
  return {};
}

control::PassThroughReply Supervisor::passThrough() { return {passList_.hosts()}; }

void Supervisor::setPassThrough(const std::string& host, bool passes, std::function<void(Result<void>)> done) {
  const auto judge = [this, host, passes]() -> Result<KeptChanges::Change> {
    if (auto allowed = passList_.check(host, passes); !allowed) return fail(allowed.error());
    return KeptChanges::Change{session::PassList::key(host), passList_.toKeep(host, passes),
                               [this, host, passes] { return applyPassThrough(host, passes); }};
  };
  keptChanges_.make(judge, std::move(done));
}

Result<void> Supervisor::applyPassThrough(const std::string& host, bool passes) {
  passList_.set(host, passes);
  settings_.interception.passThrough = passList_.hosts();
  for (const auto& slot : slots_) slot->sendPassThrough();
  return {};
}

void Supervisor::annotate(const control::Annotate& annotate, std::function<void(Result<void>)> done) {
  const auto& [exchanges, annotation] = annotate;
  if (exchanges.empty() || exchanges.size() > kAnnotatedAtOnceMax) {
    return done(fail(Side::Client, Code::BadArgument, "from 1 to " + std::to_string(kAnnotatedAtOnceMax) + " exchanges at once"));
  }
  if (annotation.comment && annotation.comment->size() > kCommentBytesMax) {
    return done(fail(Side::Client, Code::BadArgument, "a comment of more than " + std::to_string(kCommentBytesMax) + " bytes"));
  }
  recorder_->annotate(exchanges, annotation, posted(std::move(done)));
}

std::unique_ptr<RecordImport> Supervisor::beginImport() {
  return std::make_unique<RecordImport>(
      *recorder_, [this] { return ExchangeId{shared_.get().ids.nextExchange.add(1)}; }, [] { return readClocks().wall; });
}

// An import leaves half of the recorder's memory to what passes meanwhile.
void Supervisor::waitForRoom(std::function<void(Result<void>)> done) {
  const auto answer = [this, done = std::move(done)] {
    const auto recorder = recorder_->status();
    done(recorder.problem.code == Code::None ? Result<void>() : fail(recorder.problem));
  };
  if (recorder_->status().queuedBytes <= limits::kRecorderQueueBytesMax / 2) return answer();
  whenFlushed(answer);
}

// An answer of those who were told comes after they have turned it.
void Supervisor::setSwitch(control::SwitchKind what, bool on, std::function<void(Result<void>)> done) {
  switch (what) {
    case control::SwitchKind::Recording: settings_.worker.capture = on; break;
    case control::SwitchKind::Interception: settings_.interception.intercept = on; break;
    case control::SwitchKind::Unknown: return done(fail(Side::Local, Code::BadArgument, "this engine does not know that switch"));
  }
  for (const auto& slot : slots_) slot->sendSwitches();
  connections([this, done = std::move(done)](const control::ConnectionsReply&) {
    control_->publish(sample());
    done({});
  });
}

control::ProfileReply Supervisor::profiles() { return profiles_.profiles(); }

void Supervisor::saveProfile(const std::string& json, std::function<void(Result<void>)> done) { profiles_.save(json, std::move(done)); }

void Supervisor::deleteProfile(const std::string& name, std::function<void(Result<void>)> done) {
  profiles_.remove(name, std::move(done));
}

// A connection is one worker's: the others say that they do not have it.
void Supervisor::useProfile(const control::UseProfile& use, std::function<void(Result<void>)> done) {
  if (use.scope != control::ProfileScope::Connection) return profiles_.use(use, std::move(done));
  const auto outcome = std::make_shared<Result<void>>(
      fail(Side::Local, Code::NotFound, "connection '" + use.target + "' is not open"));
  const auto note = [outcome](control::Reply& answer) {
    if (std::holds_alternative<control::Done>(answer)) *outcome = {};
    const auto* failure = std::get_if<control::Failure>(&answer);
    if (failure != nullptr && failure->error.code != Code::NotFound) *outcome = fail(failure->error);
  };
  askAll(use, note, [outcome, done = std::move(done)] { done(*outcome); });
}

void Supervisor::selfTest(const std::string& json, std::function<void(Result<control::SelfTestReply>)> done) {
  auto profile = profiles_.profileToMeasure(json);
  if (!profile) return done(fail(profile.error()));
  const auto listener = std::find_if(listeners_.begin(), listeners_.end(), [](const auto& each) { return each.kind == "regular"; });
  if (listener == listeners_.end()) return done(fail(Side::Local, Code::NotFound, "a self-test needs a listener of kind regular"));
  auto proxy = net::parseEndpoint(listener->address);
  if (!proxy) return done(fail(proxy.error()));
  if (proxy->address().is_unspecified()) proxy->address(asio::ip::address_v4::loopback());
  auto test = SelfTest::create(*proxy);
  if (!test) return done(fail(test.error()));
  if (auto begun = profiles_.beginMeasuring(net::toText((*test)->target()), *profile); !begun) return done(fail(begun.error()));
  selfTest_ = std::move(*test);
  selfTestThread_ = std::thread([this, profile = std::move(*profile), done = std::move(done)]() mutable {
    auto outcome = selfTest_->measure(profile);
    if (outcome) outcome->profile = throttle::toJson(profile);
    asio::post(loop_, [this, outcome = std::move(outcome), done = std::move(done)] {
      endSelfTest();
      done(outcome);
    });
  });
}

void Supervisor::endSelfTest() {
  if (!selfTestThread_.joinable()) return;
  selfTest_->stop();
  selfTestThread_.join();
  selfTest_.reset();
  profiles_.endMeasuring();
}

void Supervisor::workerChanged() {
  if (!stopping_) return;
  closeListeners();
  finishWhenAllEnded();
}

// Not while they are on their way to a worker that has just started: it is stopped as all others, once it has them.
void Supervisor::closeListeners() {
  if (!std::all_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot->hasHandedListeners(); })) return;
  for (auto& each : listening_) each.listener.close();
}

// A slot may be telling: nothing is taken down before it has returned.
void Supervisor::finishWhenAllEnded() {
  const bool all = std::all_of(slots_.begin(), slots_.end(), [](const auto& slot) { return slot->isFinished(); });
  if (!stopping_ || !all || std::exchange(finished_, true)) return;
  asio::post(loop_, [this] {
    killTimer_.cancel();
    recorder_->stop();
    // One last turn for what is ready to be sent.
    asio::post(loop_, [this] { loop_.stop(); });
  });
}

// A quarter of what the recorder holds at most, which is several commits: what more there is waits in chunks, where it is in memory
// once.
bool Supervisor::mayRecord(std::size_t bytes) {
  if (settings_.recordBytesPerSecond > 0 && !stopping_) {
    const auto allowed = std::min<std::uint64_t>(bytes, settings_.recordBytesPerSecond);  // it never grows beyond
    if (slowAllowance_ < allowed) return false;
    slowAllowance_ -= allowed;
  }
  const auto recorder = recorder_->status();
  if (recorder.queuedBytes + bytes <= limits::kRecordsAtOnceBytesMax) return true;
  // An end without a disk: the recorder keeps what it can, and the engine ends.
  return stopping_ && recorder.problem.code != Code::None;
}

void Supervisor::pumpSlowly() {
  constexpr std::uint64_t kTurnsPerSecond = 20;
  slowAllowance_ = std::min(slowAllowance_ + settings_.recordBytesPerSecond / kTurnsPerSecond, settings_.recordBytesPerSecond);
  for (const auto& slot : slots_) slot->pump();
  pumpTimer_.expires_after(std::chrono::milliseconds(1000 / kTurnsPerSecond));
  pumpTimer_.async_wait([this](const std::error_code& code) {
    if (!code) pumpSlowly();
  });
}

std::vector<WorkerSlot::Figures> Supervisor::figures() const {
  std::vector<WorkerSlot::Figures> all;
  for (const auto& slot : slots_) all.push_back(slot->figures());
  return all;
}

control::StatusSample Supervisor::sample() const {
  const auto now = readClocks();
  const auto recorder = recorder_->status();
  control::StatusSample sample;
  sample.at = now.wall;
  addWorkers(sample, figures());
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
  if (failed) sample.storeErrorCode = recorder.problem.code;
  sample.recorderQueueBytes += recorder.queuedBytes;
  sample.recorderQueueRecords = recorder.queuedRecords;
  sample.refusedBodyBytes += recorder.refusedBodyBytes;
  sample.droppedExchanges += recorder.droppedExchanges;
  sample.databaseBytes = recorder.databaseBytes;
  sample.profilesVersion = profiles_.version();
  sample.intercepting = settings_.interception.intercept;
  return sample;
}

void Supervisor::sampleEverySecond() {
  lastSample_ = sample();
  lastSampleAt_ = readClocks().mono;
  control_->publish(lastSample_);
  for (const auto& slot : slots_) {
    slot->pump();
    slot->tick();
  }
  watchSystemProxy();
  sampleTimer_.expires_after(kSampleEvery);
  sampleTimer_.async_wait([this](const std::error_code& code) {
    if (!code) sampleEverySecond();
  });
}

// A window that pointed the system's proxy settings here and is gone cannot give them back any more. The system's tools take their
// time: on a thread of their own.
void Supervisor::watchSystemProxy() {
  if (givesProxyBack_ || !platform::isSystemProxyAbandoned(settings_.dataDir)) return;
  givesProxyBack_ = true;
  if (proxyThread_.joinable()) proxyThread_.join();
  proxyThread_ = std::thread([this] {
    const auto outcome = platform::releaseSystemProxy(settings_.dataDir);
    asio::post(loop_, [this, outcome] {
      givesProxyBack_ = !outcome;  // what failed once is not tried every second
      settings_.log(outcome ? "gave back the system's proxy settings, which a window that is gone had changed" : describe(outcome.error()));
    });
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
  reply.storeNotice = notice_;
  if (recorder.movedAside) reply.storeNotice = sentenceAbout(*recorder.movedAside) + (notice_.empty() ? "" : "; " + notice_);
  reply.bugsSurvived = bugCount();
  for (const auto& each : figures()) reply.bugsSurvived += each.counters.bugsSurvived.load();
  reply.now = sample();
  reply.now.upBytesPerSecond = lastSample_.upBytesPerSecond;
  reply.now.downBytesPerSecond = lastSample_.downBytesPerSecond;
  return reply;
}

// Tells `done` when every worker has answered, or has ended.
void Supervisor::askAll(const control::Request& request, std::function<void(control::Reply&)> answered, std::function<void()> done) {
  struct Asked {
    std::size_t missing = 0;
    std::function<void(control::Reply&)> answered;
    std::function<void()> done;
  };
  const auto asked = std::make_shared<Asked>(Asked{slots_.size(), std::move(answered), std::move(done)});
  for (const auto& slot : slots_) {
    slot->ask(request, [asked](std::optional<control::Reply> answer) {
      if (answer) asked->answered(*answer);
      if (--asked->missing == 0) asked->done();
    });
  }
}

void Supervisor::connections(std::function<void(control::ConnectionsReply)> done) {
  const auto all = std::make_shared<control::ConnectionsReply>();
  const auto add = [all](control::Reply& answer) {
    auto* its = std::get_if<control::ConnectionsReply>(&answer);
    if (its == nullptr) return;
    all->total += its->total;
    all->rows.insert(all->rows.end(), std::make_move_iterator(its->rows.begin()), std::make_move_iterator(its->rows.end()));
  };
  askAll(control::GetConnections{}, add, [all, done = std::move(done)] { done(std::move(*all)); });
}

// It is one worker's: the others say that they do not have it.
void Supervisor::closeConnection(ConnectionId connection, std::function<void(bool)> done) {
  const auto closed = std::make_shared<bool>(false);
  const auto note = [closed](control::Reply& answer) { *closed = *closed || std::holds_alternative<control::Done>(answer); };
  askAll(control::CloseConnection{connection}, note, [closed, done = std::move(done)] { done(*closed); });
}

void Supervisor::committed(const store::RecorderStatus& status) {
  lastCommit_ = status;
  for (const auto& slot : slots_) slot->pump();
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
  for (const auto& each : figures()) event.exchangesOpen += each.counters.openExchanges.load();
  control_->publish(event);
}

}  // namespace sluice::engine
